import type { Column } from "../../tables/column";
import { text } from "../../text";
import classes from "./list.module.css";
import type { Selection } from "./selection";

/** The column with a box for each row that can be chosen: a plain one, since thousands scroll by. */
export function selectColumn<Row>(
  selection: Selection,
  keyOf: (row: Row) => string,
  nameOf: (row: Row) => string,
  canSelect: (row: Row) => boolean = () => true,
): Column<Row> {
  return {
    key: "select",
    title: "",
    track: "1.4rem",
    cell: (row) => (
      <span className={classes.check}>
        {canSelect(row) && (
          <input
            type="checkbox"
            className={classes.box}
            aria-label={text.fleet.common.selectOne(nameOf(row))}
            checked={selection.has(keyOf(row))}
            onChange={() => selection.toggle(keyOf(row))}
          />
        )}
      </span>
    ),
  };
}
