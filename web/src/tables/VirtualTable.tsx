import { Card } from "../app/Card";
import type { Column, Order } from "./column";
import { SortHeader } from "./SortHeader";
import { useRowFocus } from "./useRowFocus";
import { useRowsInSight } from "./useRowsInSight";
import { useWideColumns } from "./useWideColumns";
import classes from "./VirtualTable.module.css";

interface VirtualTableProps<Row, Key extends string> {
  label: string;
  columns: readonly Column<Row, Key>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  /** All rows are equally high. */
  row_px?: number;
  sort?: Key;
  order?: Order;
  onSort?: (key: Key) => void;
  /** A click on a row or Enter opens it; links and buttons within keep what they do. */
  onOpen?: (row: Row) => void;
  /** The key of the row that is open beside the table. */
  openKey?: string;
  /** Is called when the last rows come into sight, to load more. */
  onEnd?: () => void;
}

/**
 * Rows under a header that stays in sight while the window scrolls. Only rows in sight are in the
 * document, so a hundred thousand are quick. Up, Down, Page, Home and End go from row to row.
 */
export function VirtualTable<Row, Key extends string>(props: VirtualTableProps<Row, Key>) {
  const { label, rows, rowKey, row_px = 40, sort, order, onSort, onOpen, openKey, onEnd } = props;
  const columns = useWideColumns(props.columns);
  const { bodyRef, virtualizer } = useRowsInSight({ rows, rowKey, row_px, onEnd });
  const focus = useRowFocus({ count: rows.length, virtualizer, bodyRef });
  const tracks = { gridTemplateColumns: columns.map(({ track = "1fr" }) => track).join(" ") };
  return (
    // biome-ignore-start lint/a11y/useFocusableInteractive: rows take the focus, cells need none
    <Card
      as="div"
      role="grid"
      aria-label={label}
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length}
    >
      <div className={`${classes.row} ${classes.header}`} style={tracks} role="row">
        {columns.map((column) => (
          <SortHeader
            key={column.key}
            column={column}
            order={column.key === sort ? (order ?? "asc") : null}
            onSort={onSort}
          />
        ))}
      </div>
      <div
        ref={bodyRef}
        className={classes.body}
        role="rowgroup"
        style={{ height: virtualizer.getTotalSize() }}
      >
        {virtualizer.getVirtualItems().map(({ index, start }) => {
          const row = rows[index] as Row;
          const top = start - virtualizer.options.scrollMargin;
          return (
            <div
              key={rowKey(row)}
              className={`${classes.row} ${classes.entry}`}
              role="row"
              aria-rowindex={index + 2}
              aria-selected={openKey === undefined ? undefined : rowKey(row) === openKey}
              data-index={index}
              data-opens={onOpen ? true : undefined}
              tabIndex={index === focus.at ? 0 : -1}
              style={{ ...tracks, height: row_px, transform: `translateY(${top}px)` }}
              onFocus={() => focus.take(index)}
              onKeyDown={(event) => focus.press(event, onOpen && (() => onOpen(row)))}
              onClick={onOpen && ((event) => isOnControl(event) || onOpen(row))}
            >
              {columns.map(({ key, cell, isNumber }) => (
                <div
                  key={key}
                  role="gridcell"
                  className={classes.cell}
                  data-number={isNumber || undefined}
                >
                  {cell(row)}
                </div>
              ))}
            </div>
          );
        })}
      </div>
    </Card>
    // biome-ignore-end lint/a11y/useFocusableInteractive: rows take the focus, cells need none
  );
}

function isOnControl({ target }: { target: EventTarget }): boolean {
  return target instanceof Element && target.closest("a, button, input, label") !== null;
}
