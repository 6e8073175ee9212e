import { text } from "../../text";
import type { RunnerLine } from "../types";
import classes from "./runners.module.css";

const words = text.fleet.runners;

/** What a runner does, as its agent said last: `silent` when it has not said anything. */
export function stateOf({ status }: RunnerLine): string {
  return status?.state ?? "silent";
}

/** Tells whether the newest configuration is the one that really runs. */
export function runsNewest({ status, config_us }: RunnerLine): boolean {
  return status !== null && status.config_us === config_us;
}

/** A runner's state as a dot and a word, and what it should be when that differs. */
export function RunnerStateText({ runner }: { runner: RunnerLine }) {
  const state = stateOf(runner);
  const wanted = words.states[runner.wanted] ?? runner.wanted;
  const isOff = state !== runner.wanted && state !== "failed" && state !== "unknown";
  return (
    <span className={classes.state} data-state={state}>
      <span className={classes.dot} aria-hidden="true" />
      <span>
        {words.states[state] ?? state}
        {isOff && <span className={classes.wanted}> {words.wanted(wanted)}</span>}
      </span>
    </span>
  );
}
