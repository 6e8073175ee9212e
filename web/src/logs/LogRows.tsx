import { useMemo } from "react";
import { Card } from "../app/Card";
import { useLatest } from "../tables/useLatest";
import { useRowFocus } from "../tables/useRowFocus";
import { useRowsInSight } from "../tables/useRowsInSight";
import { text } from "../text";
import { ColumnHeads } from "./ColumnHeads";
import { gridOf, widthsOf } from "./columns";
import type { FieldHandlers } from "./FieldActions";
import { LogItem } from "./LogItem";
import classes from "./LogRows.module.css";
import { markFinder } from "./terms";
import type { LogRow } from "./types";
import { useOpenRows } from "./useOpenRows";

const { logs } = text;
const ROW_PX = { wide: 25, narrow: 46 };
/** Rows are asked for when so few are left, so that they are there when the reader is. */
const ROWS_AHEAD = 1_500;
const NO_COLUMNS: readonly string[] = [];

interface LogRowsProps extends FieldHandlers {
  rows: readonly LogRow[];
  query: string;
  isWrapped: boolean;
  isNarrow: boolean;
  onEnd: () => void;
  onAround: (id: string) => void;
}

/** The rows as lines that unfold; only those in sight are in the document. */
export function LogRows(props: LogRowsProps) {
  const { isWrapped, isNarrow } = props;
  const openRows = useOpenRows();
  // Heights that were measured hold for one of the looks only.
  return <Lines key={`${isWrapped} ${isNarrow}`} {...props} openRows={openRows} />;
}

function Lines(props: LogRowsProps & { openRows: ReturnType<typeof useOpenRows> }) {
  const { rows, query, isWrapped, isNarrow, onEnd } = props;
  const { open, wasOpen, toggle } = props.openRows;
  const finder = useMemo(() => markFinder(query), [query]);
  const columns = isNarrow ? NO_COLUMNS : props.columns;
  const { bodyRef, virtualizer } = useRowsInSight({
    rows,
    rowKey: ({ id }) => id,
    row_px: isNarrow ? ROW_PX.narrow : ROW_PX.wide,
    ahead: ROWS_AHEAD,
    onEnd,
  });
  const focus = useRowFocus({ count: rows.length, virtualizer, bodyRef });
  const latest = useLatest({ ...props, press: focus.press });
  const actions = useMemo(
    () => ({
      toggle,
      take: focus.take,
      press: (event: Parameters<typeof focus.press>[0], id: string) =>
        latest.current.press(event, () => toggle(id)),
      onFilter: (...filter: Parameters<FieldHandlers["onFilter"]>) =>
        latest.current.onFilter(...filter),
      onColumn: (name: string) => latest.current.onColumn(name),
      onAround: (id: string) => latest.current.onAround(id),
    }),
    [toggle, focus.take, latest],
  );
  const grid = useGrid(columns, rows, isNarrow);
  const isEqual = !isWrapped && !isNarrow;
  return (
    <Card as="div" role="grid" aria-label={logs.rows} aria-rowcount={-1}>
      {!isNarrow && <ColumnHeads columns={columns} grid={grid} />}
      <div
        ref={bodyRef}
        className={classes.body}
        role="rowgroup"
        style={{ height: virtualizer.getTotalSize() }}
      >
        {virtualizer.getVirtualItems().map(({ index, start }) => {
          const row = rows[index] as LogRow;
          return (
            <LogItem
              key={row.id}
              row={row}
              index={index}
              top_px={start - virtualizer.options.scrollMargin}
              isStop={index === focus.at}
              isOpen={open.has(row.id)}
              isWrapped={isWrapped}
              columns={columns}
              grid={grid}
              finder={finder}
              // A look at a height makes the browser lay the page out: most rows are of one that is known.
              measure={isEqual && !wasOpen.has(row.id) ? undefined : virtualizer.measureElement}
              actions={actions}
            />
          );
        })}
      </div>
    </Card>
  );
}

/** The widths of a row's parts as a style; the same one as long as they are. */
function useGrid(columns: readonly string[], rows: readonly LogRow[], isNarrow: boolean) {
  const template = isNarrow ? undefined : gridOf(widthsOf(columns, rows));
  return useMemo(
    () => (template === undefined ? undefined : { gridTemplateColumns: template }),
    [template],
  );
}
