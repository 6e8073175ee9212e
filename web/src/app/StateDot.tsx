import type { HostState } from "../api/types";
import { text } from "../text";
import classes from "./StateDot.module.css";

const WORDS: Record<HostState, string> = text.shell.states;

/** A machine's state as a dot and a word: filled and green, or hollow and red. */
export function StateDot({ state }: { state: HostState }) {
  return (
    <span className={classes.state} data-state={state}>
      <span className={classes.dot} aria-hidden="true" />
      {WORDS[state] ?? state}
    </span>
  );
}
