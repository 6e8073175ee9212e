import type { Mark, MarkKind } from "../../api/types";
import type { TimeWindow } from "../range";

export const LANES = ["machine", "plan", "inventory", "audit"] as const;
export type Lane = (typeof LANES)[number];

const LANE_OF: Record<MarkKind, Lane> = {
  enrolled: "machine",
  boot: "machine",
  silence: "machine",
  runner: "machine",
  config: "plan",
  upgrade: "plan",
  inventory: "inventory",
  audit: "audit",
};

/** Marks that are drawn as one because they would cover each other; most have only one. */
export interface Cluster {
  marks: readonly [Mark, ...Mark[]];
  left_px: number;
  /** Of a span of time; 0 for a moment. */
  width_px: number;
}

/** Closer marks are drawn as one. */
const APART_PX = 24;

/** Puts the marks of a lane, the oldest first, at their places on an axis. */
export function clustersOf(
  marks: readonly Mark[],
  lane: Lane,
  { from_us, to_us }: TimeWindow,
  width_px: number,
): Cluster[] {
  const at = (us: number) => ((us - from_us) / (to_us - from_us)) * width_px;
  const clusters: { marks: [Mark, ...Mark[]]; left_px: number; right_px: number }[] = [];
  for (const mark of marks) {
    if (LANE_OF[mark.kind] !== lane) continue;
    const left_px = Math.max(0, at(mark.ts_us));
    const isSpan = mark.kind === "silence" && mark.until_us != null;
    const right_px = isSpan ? Math.min(width_px, at(mark.until_us ?? 0)) : left_px;
    if (left_px > width_px || right_px < 0) continue;
    const last = clusters.at(-1);
    if (last && left_px - last.right_px < APART_PX) {
      last.marks.push(mark);
      last.right_px = Math.max(last.right_px, right_px);
    } else clusters.push({ marks: [mark], left_px, right_px });
  }
  return clusters.map(({ marks, left_px, right_px }) => ({
    marks,
    left_px,
    width_px: right_px - left_px,
  }));
}

/** The lanes that have anything to show. */
export function lanesWith(marks: readonly Mark[]): Lane[] {
  const used = new Set(marks.map(({ kind }) => LANE_OF[kind]));
  return LANES.filter((lane) => used.has(lane));
}

/** The token of a mark's colour. */
export function markToken({ kind, state }: Mark): string {
  if (kind === "runner") return state === "failed" || state === "unknown" ? "--bad" : "--ok";
  if (kind === "upgrade" && state === "failed") return "--bad";
  return TOKENS[kind];
}

const TOKENS: Record<MarkKind, string> = {
  enrolled: "--ok",
  boot: "--warn",
  silence: "--level-none",
  runner: "--ok",
  config: "--accent",
  upgrade: "--field-6",
  inventory: "--field-3",
  audit: "--field-4",
};

/** Tells whether a zoom from one window to another takes marks apart. */
export function isNarrower(target: TimeWindow, window: TimeWindow): boolean {
  return target.to_us - target.from_us < 0.8 * (window.to_us - window.from_us);
}

/** The span around some marks, with room at both ends. */
export function windowAround(marks: readonly Mark[]): TimeWindow {
  const from_us = Math.min(...marks.map(({ ts_us }) => ts_us));
  const to_us = Math.max(...marks.map(({ ts_us, until_us }) => until_us ?? ts_us));
  const room_us = Math.max(30e6, (to_us - from_us) * 0.15);
  return { from_us: from_us - room_us, to_us: to_us + room_us };
}
