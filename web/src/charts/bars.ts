import uPlot from "uplot";
import { chartAxes, valueRange } from "./axes";
import { stack } from "./lines";
import type { Scheme } from "./palette";
import { watchPicks } from "./picking";
import { SHARED_CURSOR, takeSelection, zonedDate } from "./plot";
import { watchTouches } from "./touch";

/** Steps of a scale of counts: 1, 2, 5, 10, ... */
const COUNT_STEPS = Array.from({ length: 13 }, (_, power) =>
  [1, 2, 5].map((step) => step * 10 ** power),
).flat();

/** One part of each bar; parts pile up in the order in which they are given. */
export interface BarPart {
  label: string;
  color: string;
  counts: number[];
}

export interface BarOptions {
  scheme: Scheme;
  height_px: number;
  /** The top of the scale when no bar is higher. Read anew at each draw. */
  top: () => number;
  /** Read anew at each draw. */
  window: () => [from_s: number, to_s: number];
  onCursor: (index: number | null) => void;
  onZoom: (from_s: number, to_s: number) => void;
  onReset: () => void;
  /** A click that neither zooms nor is one of two. */
  onPick?: (time_s: number) => void;
  /** The cursor is that of the charts of metrics, too. */
  isSynced?: boolean;
  /** Values at the left and lines across; without them only the axis of time is drawn. */
  hasScale?: boolean;
  /** Where the cursor is, in pixels from the left end of the bars. */
  onMove?: (left_px: number | null) => void;
}

/** Columns as uPlot wants them: the sums of all parts first, so that lower ones are drawn over them. */
export function barData(times_s: number[], parts: readonly BarPart[]): uPlot.AlignedData {
  return [times_s, ...stack(parts.map(({ counts }) => counts)).toReversed()];
}

/** Draws bars that begin at their times; the caller owns the plot and destroys it. */
export function openBars(
  element: HTMLElement,
  parts: readonly BarPart[],
  data: uPlot.AlignedData,
  options: BarOptions,
): uPlot {
  const paths = uPlot.paths.bars?.({ size: [0.86, 64], align: 1 });
  const plot = new uPlot(
    {
      width: element.clientWidth || 400,
      height: options.height_px,
      padding: [options.hasScale === false ? 0 : 8, 20, 0, 0],
      tzDate: zonedDate,
      legend: { show: false },
      cursor: {
        y: false,
        points: { show: false },
        drag: { x: true, y: false, setScale: false },
        ...(options.isSynced ? { sync: SHARED_CURSOR } : {}),
        bind: {
          dblclick: () => () => {
            options.onReset();
            return null;
          },
        },
      },
      scales: {
        x: { time: true, range: () => options.window() },
        y: { range: (_plot, _low, high) => valueRange(high, options.top()) },
      },
      axes: countAxes(options),
      series: [
        {},
        ...parts.toReversed().map(({ color }) => ({
          fill: color,
          width: 0,
          paths,
          points: { show: false },
        })),
      ],
      hooks: {
        setCursor: [
          (plot) => {
            const left = plot.cursor.left ?? -1;
            options.onMove?.(left < 0 ? null : left);
            options.onCursor(left < 0 ? null : barAt(plot.data[0], plot.posToVal(left, "x")));
          },
        ],
        setSelect: [(plot) => takeSelection(plot, options)],
      },
    },
    data,
    element,
  );
  watchPicks(plot, options);
  watchTouches(plot, options);
  return plot;
}

/** The axes of a chart of counts: no tick stands at a fraction. */
function countAxes({ scheme, hasScale = true }: BarOptions): uPlot.Axis[] {
  const [time = {}, values = {}] = chartAxes(scheme, "");
  if (hasScale) return [time, { ...values, incrs: COUNT_STEPS }];
  // As wide as with values: moments stand below each other in all charts.
  return [
    time,
    { ...values, values: (_plot, splits) => splits.map(() => ""), grid: { show: false } },
  ];
}

/** The bar under a moment; null before the first. */
export function barAt(times_s: ArrayLike<number>, time_s: number): number | null {
  let found: number | null = null;
  for (let index = 0; index < times_s.length && (times_s[index] ?? 0) <= time_s; index++) {
    found = index;
  }
  return found;
}
