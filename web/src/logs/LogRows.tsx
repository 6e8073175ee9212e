import { useMemo, useState } from "react";
import { Card } from "../app/Card";
import { useRowFocus } from "../tables/useRowFocus";
import { useRowsInSight } from "../tables/useRowsInSight";
import { text } from "../text";
import { ColumnHeads } from "./ColumnHeads";
import { gridOf, widthsOf } from "./columns";
import type { FieldHandlers } from "./FieldActions";
import { LogLine } from "./LogLine";
import classes from "./LogRows.module.css";
import { levelToken } from "./levels";
import { RowFields } from "./RowFields";
import { markFinder } from "./terms";
import type { LogRow } from "./types";

const { logs } = text;
const ROWS_AHEAD = 60;
const ROW_PX = { wide: 25, narrow: 46 };

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
  const { rows, query, isWrapped, isNarrow, onEnd, ...actions } = props;
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const finder = useMemo(() => markFinder(query), [query]);
  const columns = isNarrow ? [] : actions.columns;
  const { bodyRef, virtualizer } = useRowsInSight({
    rows,
    rowKey: ({ id }) => id,
    row_px: isNarrow ? ROW_PX.narrow : ROW_PX.wide,
    ahead: ROWS_AHEAD,
    onEnd,
  });
  const focus = useRowFocus({ count: rows.length, virtualizer, bodyRef });
  const toggle = (id: string) =>
    setOpen((old) => {
      const next = new Set(old);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  const widths = widthsOf(columns, rows);
  const grid = isNarrow ? undefined : { gridTemplateColumns: gridOf(widths) };
  return (
    // biome-ignore-start lint/a11y/useFocusableInteractive: rows take the focus
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
          const isOpen = open.has(row.id);
          const top = start - virtualizer.options.scrollMargin;
          return (
            <div
              key={row.id}
              ref={virtualizer.measureElement}
              data-index={index}
              role="row"
              aria-rowindex={index + 2}
              tabIndex={index === focus.at ? 0 : -1}
              className={classes.row}
              data-open={isOpen || undefined}
              style={{
                transform: `translateY(${top}px)`,
                borderLeftColor: `var(${levelToken(row.level)})`,
              }}
              onFocus={() => focus.take(index)}
              onKeyDown={(event) => focus.press(event, () => toggle(row.id))}
            >
              {/* biome-ignore lint/a11y/noStaticElementInteractions: Enter on the row does the same */}
              {/* biome-ignore lint/a11y/useKeyWithClickEvents: as above */}
              <div
                className={classes.line}
                style={grid}
                onClick={(event) => {
                  if (!isOnButton(event.target) && !hasSelection()) toggle(row.id);
                }}
              >
                <LogLine
                  row={row}
                  columns={columns}
                  finder={finder}
                  isOpen={isOpen}
                  isWrapped={isWrapped}
                  onToggle={() => toggle(row.id)}
                />
              </div>
              {isOpen && (
                <div role="gridcell">
                  <RowFields row={row} {...actions} />
                </div>
              )}
            </div>
          );
        })}
      </div>
    </Card>
    // biome-ignore-end lint/a11y/useFocusableInteractive: rows take the focus
  );
}

function isOnButton(target: EventTarget): boolean {
  return target instanceof Element && target.closest("button, a") !== null;
}

function hasSelection(): boolean {
  return window.getSelection()?.type === "Range";
}
