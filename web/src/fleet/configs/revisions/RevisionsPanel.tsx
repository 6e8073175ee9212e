import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { QueryNotice } from "../../../app/QueryNotice";
import { text } from "../../../text";
import { useNaming } from "../../changes/naming";
import { configRevisionsQuery } from "../../reading";
import type { ConfigRevision, ConfigText } from "../../types";
import { toText } from "../templates";
import { Diff } from "./Diff";
import { RevisionItem } from "./RevisionItem";
import classes from "./revisions.module.css";

const PAGE = 20;
const words = text.fleet.revisions;

/** What became of one configuration: by whom, when, what differs, and the way back. */
export function RevisionsPanel({ name }: { name: string }) {
  const [limit, setLimit] = useState(PAGE);
  const query = useQuery(configRevisionsQuery(name, limit));
  const revisions = query.data?.revisions ?? [];
  return (
    <>
      <QueryNotice query={query} height={200} />
      {query.data && revisions.length === 0 && <p className={classes.quiet}>{words.empty}</p>}
      <ol className={classes.revisions} aria-label={words.title}>
        {revisions.map((revision, index) => (
          <RevisionItem
            key={revision.id}
            revision={revision}
            isNewest={index === 0}
            summary={<Summary revision={revision} />}
          >
            {revision.is_written && (
              <Diff before={fullText(revision.before)} after={fullText(revision.after)} />
            )}
          </RevisionItem>
        ))}
      </ol>
      {query.data?.next && (
        <Button size="compact-sm" variant="default" onClick={() => setLimit(limit + PAGE)}>
          {words.older}
        </Button>
      )}
    </>
  );
}

function Summary({ revision }: { revision: ConfigRevision }) {
  const named = useNaming();
  const { tags_added, tags_removed, agents_added, agents_removed, others } = revision;
  const parts = [
    ...[...tags_added, ...agents_added.map(named)].map(words.added),
    ...[...tags_removed, ...agents_removed.map(named)].map(words.removed),
    ...(others > 0 ? [words.others(others)] : []),
  ];
  return parts.length > 0 && <span className={classes.quiet}>{parts.join(", ")}</span>;
}

function fullText(state: ConfigText | null): string {
  if (!state) return "";
  const note = state.note ? `${words.note}: ${state.note}\n` : "";
  return note + toText(state.config);
}
