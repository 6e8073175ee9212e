import type { CSSProperties } from "react";
import { text } from "../text";
import classes from "./ColumnHeads.module.css";
import { titleOf } from "./columns";

const { logs } = text;

interface ColumnHeadsProps {
  columns: readonly string[];
  /** The widths, as each line has them. */
  grid: CSSProperties | undefined;
}

/** What stands above the columns of log rows. */
export function ColumnHeads({ columns, grid }: ColumnHeadsProps) {
  return (
    // biome-ignore-start lint/a11y/useFocusableInteractive: nothing happens there
    <div className={classes.heads} style={grid} role="row">
      <div role="columnheader" aria-label={logs.open} />
      {["time", "level", ...columns, "message"].map((name) => (
        <div key={name} role="columnheader">
          {titleOf(name)}
        </div>
      ))}
    </div>
    // biome-ignore-end lint/a11y/useFocusableInteractive: nothing happens there
  );
}
