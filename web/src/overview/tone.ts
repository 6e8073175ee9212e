import type { Tone } from "../charts/Sparkline";

const WARNING_PERCENT = 90;
const BAD_PERCENT = 97;

/** The colour of a share that is used up: as the server judges disks. */
export function toneOf(percent: number | null): Tone {
  if (percent === null || percent < WARNING_PERCENT) return "plain";
  return percent < BAD_PERCENT ? "warn" : "bad";
}
