/** The time range of the host page: the last so many seconds, or from one moment to another. */

export const PRESETS = {
  "15m": { span_s: 900 },
  "1h": { span_s: 3_600 },
  "6h": { span_s: 21_600 },
  "24h": { span_s: 86_400 },
  "7d": { span_s: 604_800 },
  "30d": { span_s: 2_592_000 },
} as const;

export type Preset = keyof typeof PRESETS;
export const PRESET_NAMES = Object.keys(PRESETS) as Preset[];
export const DEFAULT_PRESET: Preset = "1h";

/** `live` ranges end now and move on; the others stand still. */
export type Range = { live: Preset } | TimeWindow;

export interface TimeWindow {
  from_us: number;
  to_us: number;
}

const MIN_SPAN_US = 60e6;
const MAX_SPAN_US = 366 * 86_400e6;
const POINTS = 300;
const SHORTEST_STEP_S = 10;

/** The server's buckets for a span: it answers about 300, in steps of whole 10 seconds. */
export function bucketStep(span_us: number): number {
  const steps = Math.ceil(span_us / 1e6 / POINTS / SHORTEST_STEP_S);
  return Math.max(1, steps) * SHORTEST_STEP_S;
}

/** The window of a range at a moment. A live window ends at a whole bucket, so it moves in steps. */
export function windowOf(range: Range, now_us: number): TimeWindow {
  if (!("live" in range)) return range;
  const span_us = PRESETS[range.live].span_s * 1e6;
  const step_us = bucketStep(span_us) * 1e6;
  const to_us = Math.floor(now_us / step_us) * step_us;
  return { from_us: to_us - span_us, to_us };
}

/** The part of a window until a moment, which is within; a minute that ends then, when it is shorter. */
export function windowUntil({ from_us }: TimeWindow, until_us: number): TimeWindow {
  // Windows are whole seconds: the one in which the moment lies is in it.
  const to_us = Math.ceil(until_us / 1e6) * 1e6;
  return clampWindow({ from_us: Math.min(from_us, to_us - MIN_SPAN_US), to_us });
}

/** A window of at least a minute and at most a year around the same middle, in whole seconds. */
export function clampWindow({ from_us, to_us }: TimeWindow): TimeWindow {
  const span_us = Math.min(MAX_SPAN_US, Math.max(MIN_SPAN_US, to_us - from_us));
  const middle_us = (from_us + to_us) / 2;
  const start_us = Math.max(0, Math.floor((middle_us - span_us / 2) / 1e6) * 1e6);
  return { from_us: start_us, to_us: start_us + Math.ceil(span_us / 1e6) * 1e6 };
}

/** The window moved by a share of its span; one that would end in the future becomes live. */
export function shift(window: TimeWindow, share: number, now_us: number): Range {
  const move_us = (window.to_us - window.from_us) * share;
  return settle({ from_us: window.from_us + move_us, to_us: window.to_us + move_us }, now_us);
}

/** The window with twice the span around the same middle. */
export function widen(window: TimeWindow, now_us: number): Range {
  const half_us = (window.to_us - window.from_us) / 2;
  return settle({ from_us: window.from_us - half_us, to_us: window.to_us + half_us }, now_us);
}

function settle(window: TimeWindow, now_us: number): Range {
  const span_us = window.to_us - window.from_us;
  // A live window ends up to a bucket before now; moved away and back it is live again.
  const newest_us = now_us - 2 * bucketStep(span_us) * 1e6;
  if (window.to_us < newest_us) return clampWindow(window);
  const live = PRESET_NAMES.find((name) => PRESETS[name].span_s * 1e6 >= span_us - 1e6);
  if (live) return { live };
  return clampWindow({ from_us: now_us - span_us, to_us: now_us });
}
