import { type KeyboardEvent, memo } from "react";
import { type LineLook, LogLine } from "./LogLine";
import classes from "./LogRows.module.css";
import { levelToken } from "./levels";
import { RowFields, type RowFieldsProps } from "./RowFields";
import type { LogRow } from "./types";

interface LogItemProps extends LineLook {
  row: LogRow;
  index: number;
  top_px: number;
  /** The Tab key stops here. */
  isStop: boolean;
  isOpen: boolean;
  /** Takes the row's height where that is not the same for all. */
  measure: ((element: HTMLElement | null) => void) | undefined;
  actions: LogItemActions;
}

/** What rows do. The same object as long as they stand there, so that they need not be drawn anew. */
export interface LogItemActions extends Omit<RowFieldsProps, "row" | "columns"> {
  toggle: (id: string) => void;
  take: (index: number) => void;
  press: (event: KeyboardEvent<HTMLElement>, id: string) => void;
}

/** A row at its place: one line that unfolds. */
export const LogItem = memo(function LogItem(props: LogItemProps) {
  const { row, index, top_px, isStop, isOpen, measure, actions, ...look } = props;
  const { toggle, take, press, ...handlers } = actions;
  return (
    // biome-ignore-start lint/a11y/useFocusableInteractive: rows take the focus
    <div
      ref={measure}
      data-index={index}
      role="row"
      aria-rowindex={index + 2}
      tabIndex={isStop ? 0 : -1}
      className={classes.row}
      data-open={isOpen || undefined}
      style={{
        transform: `translateY(${top_px}px)`,
        borderLeftColor: `var(${levelToken(row.level)})`,
      }}
      onFocus={() => take(index)}
      onKeyDown={(event) => press(event, row.id)}
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: Enter on the row does the same */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: as above */}
      <div
        className={classes.line}
        style={look.grid}
        onClick={(event) => {
          if (!isOnButton(event.target) && !hasSelection()) toggle(row.id);
        }}
      >
        <LogLine row={row} isOpen={isOpen} onToggle={() => toggle(row.id)} {...look} />
      </div>
      {isOpen && (
        <div role="gridcell">
          <RowFields row={row} columns={look.columns} {...handlers} />
        </div>
      )}
    </div>
    // biome-ignore-end lint/a11y/useFocusableInteractive: rows take the focus
  );
});

function isOnButton(target: EventTarget): boolean {
  return target instanceof Element && target.closest("button, a") !== null;
}

function hasSelection(): boolean {
  return window.getSelection()?.type === "Range";
}
