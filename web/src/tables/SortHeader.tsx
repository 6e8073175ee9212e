import { FallingIcon, RisingIcon } from "../icons/icons";
import type { Column, Order } from "./column";
import classes from "./VirtualTable.module.css";

const SORTED = { asc: "ascending", desc: "descending" } as const;

interface SortHeaderProps<Row, Key extends string> {
  column: Column<Row, Key>;
  /** How rows are ordered by this column; null when they are ordered by another. */
  order: Order | null;
  onSort?: (key: Key) => void;
}

/** The head of a column; a button where rows can be ordered by it. */
export function SortHeader<Row, Key extends string>(props: SortHeaderProps<Row, Key>) {
  const { column, order, onSort } = props;
  const { key, title, isNumber, isSortable } = column;
  if (!isSortable || !onSort) {
    return (
      // biome-ignore lint/a11y/useFocusableInteractive: nothing happens there
      <div role="columnheader" className={classes.title} data-number={isNumber || undefined}>
        {title}
      </div>
    );
  }
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: it holds a button
    <div
      role="columnheader"
      className={classes.title}
      data-number={isNumber || undefined}
      aria-sort={order ? SORTED[order] : "none"}
    >
      <button
        type="button"
        className={classes.sort}
        data-active={order ? true : undefined}
        onClick={() => onSort(key)}
      >
        {title}
        {order && (order === "asc" ? <RisingIcon /> : <FallingIcon />)}
      </button>
    </div>
  );
}
