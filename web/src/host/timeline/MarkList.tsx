import { Link } from "@tanstack/react-router";
import type { Mark } from "../../api/types";
import { useNaming } from "../../fleet/changes/naming";
import { formatMoment } from "../../format/time";
import { type Column, DataTable } from "../../tables/DataTable";
import { text } from "../../text";
import { markLink } from "./links";
import { MarkIcon } from "./MarkIcon";
import { markToken } from "./placing";
import classes from "./timeline.module.css";
import { markDetail, markTitle } from "./words";

const words = text.host.timeline;

/** The marks in words, the newest first. */
export function MarkList({ marks, agent_id }: { marks: readonly Mark[]; agent_id: string }) {
  const named = useNaming();
  const columns: readonly Column<Mark>[] = [
    {
      title: words.columns.time,
      cell: ({ ts_us }) => <span className={classes.when}>{formatMoment(ts_us)}</span>,
    },
    {
      title: words.columns.what,
      cell: (mark) => (
        <Link {...markLink(mark, agent_id)} className={classes.what}>
          <span className={classes.icon} style={{ color: `var(${markToken(mark)})` }}>
            <MarkIcon kind={mark.kind} />
          </span>
          {named(markTitle(mark))}
        </Link>
      ),
    },
    { title: words.columns.more, cell: (mark) => markDetail(mark) },
    { title: words.columns.by, cell: ({ by }) => named(by) },
  ];
  return (
    <DataTable
      label={words.list}
      columns={columns}
      rows={marks.toReversed()}
      rowKey={({ kind, ts_us }, index) => `${kind} ${ts_us} ${index}`}
      emptyText={words.noMarks}
    />
  );
}
