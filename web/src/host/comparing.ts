import { formatDuration } from "../format/duration";
import type { TimeWindow } from "./range";
import type { Comparison } from "./search";

/** An earlier span, and how much earlier it is. */
export interface PastSpan {
  window: TimeWindow;
  shift_us: number;
}

const DAY_US = 86_400e6;

/** The span that a window is compared with; a span longer than a day or a week overlaps itself. */
export function pastSpan(window: TimeWindow, comparison: Comparison): PastSpan {
  const { from_us, to_us } = window;
  const shifts = { previous: to_us - from_us, day: DAY_US, week: 7 * DAY_US };
  const shift_us = shifts[comparison];
  return { window: { from_us: from_us - shift_us, to_us: to_us - shift_us }, shift_us };
}

export function spanText({ shift_us }: PastSpan): string {
  return formatDuration(shift_us / 1e6);
}
