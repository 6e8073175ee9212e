import { useMemo } from "react";
import { Card } from "../app/Card";
import type { Column, Order } from "./column";
import { SortHeader } from "./SortHeader";
import { type RowActions, TableRow } from "./TableRow";
import { useLatest } from "./useLatest";
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
  const tracks = columns.map(({ track = "1fr" }) => track).join(" ");
  const opens = onOpen !== undefined;
  const latest = useLatest({ onOpen, press: focus.press });
  const actions = useMemo((): RowActions<Row> => {
    const open = opens ? (row: Row) => latest.current.onOpen?.(row) : undefined;
    return {
      take: focus.take,
      press: (event, row) => latest.current.press(event, open && (() => open(row))),
      open,
    };
  }, [opens, focus.take, latest]);
  return (
    // biome-ignore-start lint/a11y/useFocusableInteractive: nothing happens on the header's row
    <Card
      as="div"
      role="grid"
      aria-label={label}
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length}
    >
      <div
        className={`${classes.row} ${classes.header}`}
        style={{ gridTemplateColumns: tracks }}
        role="row"
      >
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
          return (
            <TableRow
              key={rowKey(row)}
              row={row}
              columns={columns}
              tracks={tracks}
              index={index}
              top_px={start - virtualizer.options.scrollMargin}
              row_px={row_px}
              isStop={index === focus.at}
              isSelected={openKey === undefined ? undefined : rowKey(row) === openKey}
              actions={actions}
            />
          );
        })}
      </div>
    </Card>
    // biome-ignore-end lint/a11y/useFocusableInteractive: nothing happens on the header's row
  );
}
