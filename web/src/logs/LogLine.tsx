import { formatStamp } from "../format/time";
import { text } from "../text";
import { readColumn } from "./columns";
import classes from "./LogLine.module.css";
import { levelToken } from "./levels";
import { Marked } from "./Marked";
import type { LogRow } from "./types";
import { visible } from "./visible";

const { logs } = text;
const SHOWN_CHARACTERS = 2_000;

/** How all lines look. */
export interface LineLook {
  columns: readonly string[];
  /** The widths of columns. */
  grid: { gridTemplateColumns: string } | undefined;
  finder: RegExp | null;
  isWrapped: boolean;
}

interface LogLineProps extends Omit<LineLook, "grid"> {
  row: LogRow;
  isOpen: boolean;
  onToggle: () => void;
}

/** One row as a line: time, level, chosen columns, message. */
export function LogLine({ row, columns, finder, isOpen, isWrapped, onToggle }: LogLineProps) {
  return (
    // biome-ignore-start lint/a11y/useFocusableInteractive: the row takes the focus
    <>
      <div role="gridcell" className={classes.fold}>
        <button
          type="button"
          tabIndex={-1}
          aria-label={logs.open}
          aria-expanded={isOpen}
          onClick={onToggle}
        />
      </div>
      <div role="gridcell" className={classes.time}>
        {formatStamp(row.ts_us)}
      </div>
      <div
        role="gridcell"
        className={classes.level}
        style={{ color: `var(${levelToken(row.level)})` }}
      >
        {row.level}
      </div>
      {columns.map((name) => (
        <div key={name} role="gridcell" className={classes.column} title={readColumn(row, name)}>
          {visible(readColumn(row, name))}
        </div>
      ))}
      <div role="gridcell" className={classes.message} data-wrapped={isWrapped || undefined}>
        <Marked content={visible(row.message.slice(0, SHOWN_CHARACTERS))} finder={finder} />
      </div>
    </>
    // biome-ignore-end lint/a11y/useFocusableInteractive: the row takes the focus
  );
}
