import { Button, Loader } from "@mantine/core";
import { QueryNotice } from "../app/QueryNotice";
import { formatCount } from "../format/number";
import { ListFoot } from "../tables/ListFoot";
import { text } from "../text";
import { EmptyLogs } from "./EmptyLogs";
import type { FieldHandlers } from "./FieldActions";
import { LogRows } from "./LogRows";
import { queryProblem } from "./problem";
import classes from "./Results.module.css";
import type { Asked } from "./search";
import { TailBar } from "./TailBar";
import type { LogRow } from "./types";
import type { useLogRows } from "./useLogRows";

const { logs } = text;

interface ResultsProps extends FieldHandlers {
  query: ReturnType<typeof useLogRows>["query"];
  tail: ReturnType<typeof useLogRows>["tail"];
  rows: readonly LogRow[];
  /** There are more rows than one page keeps. */
  isFull: boolean;
  asked: Asked;
  isWrapped: boolean;
  isNarrow: boolean;
  onEnd: () => void;
  onAround: (id: string) => void;
  onClear: () => void;
  onMoreTime: () => void;
  /** Goes on in a time range that ends with this row. */
  onEarlier: (last: LogRow) => void;
}

/** The rows, or why there are none, and whether there are more. */
export function Results(props: ResultsProps) {
  const { query, tail, rows, isFull, asked, onClear, onMoreTime, onEarlier, ...shown } = props;
  const last = rows.at(-1);
  const isEmpty = query.isSuccess && rows.length === 0;
  return (
    <div className={classes.results} data-tailing={tail.state !== "off" || undefined}>
      <TailBar tail={tail} />
      {queryProblem(query.error) === null && <QueryNotice query={query} height={480} />}
      {isEmpty && (
        <EmptyLogs
          query={asked.q}
          onClear={onClear}
          onMoreTime={"live" in asked.range && asked.range.live === "30d" ? null : onMoreTime}
        />
      )}
      {rows.length > 0 && <LogRows rows={rows} query={asked.q} {...shown} />}
      {rows.length > 0 && (
        <ListFoot>
          {query.isFetchingNextPage && <Loader size={12} />}
          {isFull ? logs.full(formatCount(rows.length)) : footText(query, rows.length)}
          {isFull && last && (
            <Button size="compact-xs" variant="default" onClick={() => onEarlier(last)}>
              {logs.earlier}
            </Button>
          )}
          {query.isFetchNextPageError && (
            <Button size="compact-xs" variant="default" onClick={() => void query.fetchNextPage()}>
              {text.shell.tryAgain}
            </Button>
          )}
        </ListFoot>
      )}
    </div>
  );
}

function footText(query: ResultsProps["query"], count: number): string {
  if (query.isFetchNextPageError) return logs.moreFailed;
  if (query.isFetchingNextPage) return logs.loadingMore;
  return query.hasNextPage ? logs.shown(formatCount(count)) : logs.end;
}
