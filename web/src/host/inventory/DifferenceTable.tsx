import type { Difference } from "../../api/types";
import { text } from "../../text";
import classes from "./inventory.module.css";
import { placeText, valueText } from "./values";

const words = text.host.inventory;

/** What differs between two versions: side by side where there is room, else one below the other. */
export function DifferenceTable({ differences }: { differences: readonly Difference[] }) {
  if (differences.length === 0) return <p className={classes.quiet}>{words.same}</p>;
  return (
    <table className={classes.differences}>
      <thead>
        <tr>
          <th>{words.columns.place}</th>
          <th>{words.columns.before}</th>
          <th>{words.columns.after}</th>
        </tr>
      </thead>
      <tbody>
        {differences.map(({ path, old, new: value }) => (
          <tr key={path} data-testid="difference">
            <th scope="row">{placeText(path)}</th>
            <td data-side="before" data-absent={old === null || undefined}>
              {valueText(path, old)}
            </td>
            <td data-side="after" data-absent={value === null || undefined}>
              {valueText(path, value)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
