import { type KeyboardEvent, memo } from "react";
import type { Column } from "./column";
import classes from "./VirtualTable.module.css";

interface TableRowProps<Row, Key extends string> {
  row: Row;
  columns: readonly Column<Row, Key>[];
  /** The columns' widths, as CSS writes them. */
  tracks: string;
  index: number;
  top_px: number;
  row_px: number;
  /** The Tab key stops here. */
  isStop: boolean;
  isSelected: boolean | undefined;
  actions: RowActions<Row>;
}

/** What rows do. The same object as long as they stand there, so that they need not be drawn anew. */
export interface RowActions<Row> {
  take: (index: number) => void;
  press: (event: KeyboardEvent<HTMLElement>, row: Row) => void;
  open: ((row: Row) => void) | undefined;
}

function PlainRow<Row, Key extends string>(props: TableRowProps<Row, Key>) {
  const { row, columns, tracks, index, top_px, row_px, isStop, isSelected, actions } = props;
  const { take, press, open } = actions;
  return (
    // biome-ignore-start lint/a11y/useFocusableInteractive: rows take the focus, cells need none
    <div
      className={`${classes.row} ${classes.entry}`}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      data-index={index}
      data-opens={open ? true : undefined}
      tabIndex={isStop ? 0 : -1}
      style={{
        gridTemplateColumns: tracks,
        height: row_px,
        transform: `translateY(${top_px}px)`,
      }}
      onFocus={() => take(index)}
      onKeyDown={(event) => press(event, row)}
      onClick={open && ((event) => isOnControl(event) || open(row))}
    >
      {columns.map(({ key, cell, isNumber }) => (
        <div key={key} role="gridcell" className={classes.cell} data-number={isNumber || undefined}>
          {cell(row)}
        </div>
      ))}
    </div>
    // biome-ignore-end lint/a11y/useFocusableInteractive: rows take the focus, cells need none
  );
}

/** A row at its place in a table. */
export const TableRow = memo(PlainRow) as typeof PlainRow;

function isOnControl({ target }: { target: EventTarget }): boolean {
  return target instanceof Element && target.closest("a, button, input, label") !== null;
}
