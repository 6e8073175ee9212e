import { Button, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { QueryNotice } from "../app/QueryNotice";
import { CalmIcon } from "../icons/icons";
import { text } from "../text";
import { AttentionRow } from "./AttentionRow";
import classes from "./attention.module.css";
import { attentionQuery } from "./queries";

const words = text.overview.attention;
const FEW = 5;

/** What needs a person, the worst first; one quiet line when nothing does. */
export function Attention() {
  const query = useQuery(attentionQuery);
  const { all } = useSearch({ from: "/shell/" });
  const navigate = useNavigate({ from: "/" });
  const { data } = query;
  if (!data || query.isError) return <QueryNotice query={query} height={48} />;
  const { lines, left_out, machines, server_us, unknown } = data;
  if (machines === 0 && lines.length === 0) return null;
  const shown = all ? lines : lines.slice(0, FEW);
  const turn = () =>
    void navigate({
      search: (old) => ({ ...old, all: all ? undefined : true }),
      replace: true,
      resetScroll: false,
    });
  return (
    <section className={classes.card} aria-label={words.title} data-calm={lines.length === 0}>
      {lines.length === 0 ? (
        <p className={classes.calm}>
          <CalmIcon size={18} />
          {words.calm(machines)}
        </p>
      ) : (
        <>
          <div className={classes.head}>
            <Title order={2} size="h5">
              {words.title}
            </Title>
            <Counts lines={lines} />
          </div>
          <ul className={classes.lines}>
            {shown.map((line) => (
              <AttentionRow
                key={`${line.kind} ${line.subjects[0]?.agent_id} ${line.subjects[0]?.runner} ${line.subjects[0]?.mountpoint} ${line.count > 1}`}
                line={line}
                server_us={server_us}
              />
            ))}
          </ul>
          {lines.length > FEW && (
            <Button className={classes.more} size="compact-sm" variant="subtle" onClick={turn}>
              {all ? words.fewer : words.all(lines.length)}
            </Button>
          )}
          {all && left_out > 0 && <p className={classes.unknown}>{words.leftOut(left_out)}</p>}
        </>
      )}
      {unknown.map((kind) => (
        <p key={kind} className={classes.unknown}>
          {words.unknown[kind]}
        </p>
      ))}
    </section>
  );
}

function Counts({ lines }: { lines: readonly { severity: string }[] }) {
  return ["critical", "warning"].map((severity) => {
    const count = lines.filter((line) => line.severity === severity).length;
    return (
      count > 0 && (
        <span key={severity} className={classes.count} data-severity={severity}>
          {count} {words.severities[severity]?.toLowerCase()}
        </span>
      )
    );
  });
}
