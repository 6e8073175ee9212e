import { text } from "../text";
import { isReading, MISSING, type Reading, UNIT_SPACE } from "./missing";

const { dates } = text;
const STEPS: readonly [size_s: number, unit: string][] = [
  [86_400, "d"],
  [3_600, "h"],
  [60, "min"],
  [1, "s"],
];

/** A span in its two largest units: `12 s`, `5 min 3 s`, `3 d 4 h`, `412 d`. */
export function formatDuration(seconds: Reading): string {
  if (!isReading(seconds)) return MISSING;
  const whole = Math.max(0, Math.floor(seconds));
  const first = STEPS.findIndex(([size]) => whole >= size);
  if (first < 0) return `0${UNIT_SPACE}s`;
  const [size, unit] = STEPS[first] as [number, string];
  const count = Math.floor(whole / size);
  const parts = [`${count}${UNIT_SPACE}${unit}`];
  const next = STEPS[first + 1];
  const rest = next ? Math.floor((whole % size) / next[0]) : 0;
  if (next && rest > 0 && count < 100) parts.push(`${rest}${UNIT_SPACE}${next[1]}`);
  return parts.join(" ");
}

/** How long ago a moment was: `just now` below 5 seconds, then `12 s ago`; the future is now. */
export function formatAgo(then_us: Reading, now_us: number): string {
  if (!isReading(then_us) || then_us === 0) return dates.never;
  const seconds = (now_us - then_us) / 1e6;
  return seconds < 5 ? dates.now : dates.ago(formatDuration(seconds));
}
