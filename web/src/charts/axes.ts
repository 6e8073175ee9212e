import uPlot from "uplot";
import { formatTick } from "../format/time";
import { formatRound } from "../format/unit";
import { FRAME_COLORS, type Scheme } from "./palette";

const FONT = "11px system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif";

/** Steps of a scale in bytes: 1, 2, 5, ... of each power of 1024, so that labels are round. */
const BYTE_STEPS = Array.from({ length: 7 }, (_, power) =>
  [1, 2, 4, 8, 16, 32, 64, 128, 256, 512].map((step) => step * 1024 ** power),
).flat();

/** The two axes of a chart: time below, values in their unit at the left. */
export function chartAxes(scheme: Scheme, unit: string): uPlot.Axis[] {
  const { text, grid } = FRAME_COLORS[scheme];
  const common = { stroke: text, font: FONT, ticks: { show: false } };
  const isBytes = unit === "bytes" || unit === "bytes/s";
  return [
    {
      ...common,
      size: 26,
      gap: 6,
      space: 72,
      grid: { show: false },
      values: (_plot, splits, _axis, _space, step_s) =>
        splits.map((time_s) => formatTick(time_s, step_s)),
    },
    {
      ...common,
      size: 68,
      gap: 8,
      space: 34,
      grid: { stroke: grid, width: 1 },
      ...(isBytes ? { incrs: BYTE_STEPS } : {}),
      values: (_plot, splits) => splits.map((value) => formatRound(value, unit)),
    },
  ];
}

/** A scale from zero to a round value above the highest, at least `top`. */
export function valueRange(highest: number | null, top: number): [number, number] {
  const peak = Math.max(highest ?? 0, 0);
  if (peak <= top && top > 0) return [0, top];
  if (peak === 0) return [0, 1];
  return [0, uPlot.rangeNum(0, peak, 0.08, true)[1] ?? peak];
}
