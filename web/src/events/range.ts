import type { EventStep } from "../api/types";
import type { TimeWindow } from "../host/range";

/** The time ranges of the events page: spans that end now, in seconds, or two moments. */
export const PRESETS = {
  "24h": 86_400,
  "7d": 7 * 86_400,
  "30d": 30 * 86_400,
  "90d": 90 * 86_400,
  "1y": 365 * 86_400,
  "5y": 5 * 365 * 86_400,
} as const;

export type Preset = keyof typeof PRESETS;
export const PRESET_NAMES = Object.keys(PRESETS) as Preset[];

export type Range = { live: Preset } | TimeWindow;

export const STEPS: readonly EventStep[] = ["hour", "day", "week", "month"];

const STEP_S: Record<EventStep, number> = {
  hour: 3_600,
  day: 86_400,
  week: 604_800,
  month: 2_592_000,
};
const MOST_BARS = 1_000;
const MANY_BARS = 200;
const HOUR_US = 3_600e6;
const MINUTE_US = 60e6;

/** The window of a range; one that ends now moves on with each minute. */
export function windowOf(range: Range, now_us: number): TimeWindow {
  if (!("live" in range)) return range;
  const to_us = Math.ceil(now_us / MINUTE_US) * MINUTE_US;
  return { from_us: to_us - PRESETS[range.live] * 1e6, to_us };
}

/** A window that was drawn with the mouse, at least an hour long. */
export function zoomed(from_s: number, to_s: number): TimeWindow {
  const from_us = Math.max(0, Math.floor((from_s * 1e6) / HOUR_US) * HOUR_US);
  return {
    from_us,
    to_us: Math.max(from_us + HOUR_US, Math.ceil((to_s * 1e6) / HOUR_US) * HOUR_US),
  };
}

/** Tells whether a window has few enough bars of a step to be drawn. */
export function isDrawable(step: EventStep, { from_us, to_us }: TimeWindow): boolean {
  return (to_us - from_us) / 1e6 / STEP_S[step] <= MOST_BARS;
}

/** The step asked for where it can be drawn; else the finest that makes no more bars than one can tell apart. */
export function stepOf(asked: EventStep | undefined, window: TimeWindow): EventStep {
  if (asked && isDrawable(asked, window)) return asked;
  const span_s = (window.to_us - window.from_us) / 1e6;
  return STEPS.find((step) => span_s / STEP_S[step] <= MANY_BARS) ?? "month";
}
