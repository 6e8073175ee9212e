import { Button } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { PageHead } from "../../app/PageHead";
import { QueryNotice } from "../../app/QueryNotice";
import { text } from "../../text";
import { RevisionItem } from "../configs/revisions/RevisionItem";
import classes from "../configs/revisions/revisions.module.css";
import { Empty } from "../list/Empty";
import { revisionsQuery } from "../reading";
import page from "./changes.module.css";
import { Entries } from "./Entries";

const PAGE = 50;
const words = text.fleet.changes;

/** Every change of the fleet: who, when, what, and the way back. */
export function ChangesPage() {
  const [limit, setLimit] = useState(PAGE);
  const { revision: first } = useSearch({ from: "/shell/fleet/changes" });
  const query = useQuery({ ...revisionsQuery(limit, first), placeholderData: keepPreviousData });
  const revisions = query.data ?? [];
  return (
    <>
      <PageHead title={words.title} />
      <p className={page.text}>{words.text}</p>
      {first !== undefined && (
        <p className={page.text}>
          {words.since(first)} <Link to="/fleet/changes">{words.all}</Link>
        </p>
      )}
      <QueryNotice query={query} height={360} />
      {query.data && revisions.length === 0 && <Empty title={words.empty} />}
      {revisions.length > 0 && (
        <div className={page.card}>
          <ol className={classes.revisions} aria-label={words.title}>
            {revisions.map((revision, index) => (
              <RevisionItem
                key={revision.id}
                revision={{ ...revision, ts_us: revision.timestamp * 1e6 }}
                isNewest={index === 0 && first === undefined}
                isFirstOpen={revision.id === first}
                summary={<span className={classes.quiet}>{words.wrote(revision.size)}</span>}
              >
                <Entries revision={revision} />
              </RevisionItem>
            ))}
          </ol>
        </div>
      )}
      {revisions.length === limit && (
        <Button mt="md" size="compact-sm" variant="default" onClick={() => setLimit(limit + PAGE)}>
          {text.fleet.revisions.older}
        </Button>
      )}
    </>
  );
}
