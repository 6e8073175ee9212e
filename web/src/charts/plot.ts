import uPlot from "uplot";
import { wallClock } from "../format/zone";
import { chartAxes, valueRange } from "./axes";
import { type Line, lonePoints, stack } from "./lines";
import { drawMarks, type PlotMark } from "./marks";
import { FRAME_COLORS, type Scheme } from "./palette";
import { watchPicks } from "./picking";
import { watchTouches } from "./touch";

export const PLOT_HEIGHT_PX = 190;

/** Charts with this key share their cursor. */
export const SYNC_KEY = "host";

export interface PlotLine extends Line {
  color: string;
  /** Of an earlier span: drawn dashed, and never stacked. */
  isPast?: boolean;
}

export interface PlotOptions {
  scheme: Scheme;
  unit: string;
  top: number;
  isStacked: boolean;
  height_px: number;
  /** Read anew at each draw: the window moves while the plot stays. */
  window: () => [from_s: number, to_s: number];
  /** Read anew at each draw. */
  marks: () => readonly PlotMark[];
  onCursor: (index: number | null) => void;
  onZoom: (from_s: number, to_s: number) => void;
  onReset: () => void;
  /** A click that neither zooms nor is one of two. */
  onPick?: (time_s: number) => void;
}

/** Columns as uPlot wants them: times, then a column for each line, piled up where stacked. */
export function plotData(
  times_s: number[],
  lines: readonly (Line & { isPast?: boolean })[],
  isStacked: boolean,
): uPlot.AlignedData {
  const valuesOf = (isPast: boolean) =>
    lines.filter((line) => Boolean(line.isPast) === isPast).map(({ values }) => values);
  const columns = valuesOf(false);
  return [times_s, ...(isStacked ? stack(columns) : columns), ...valuesOf(true)];
}

/** Draws lines into an element; the caller owns the plot and destroys it. */
export function openPlot(
  element: HTMLElement,
  lines: readonly PlotLine[],
  data: uPlot.AlignedData,
  options: PlotOptions,
): uPlot {
  const { scheme, unit, top, isStacked } = options;
  const present = lines.filter(({ isPast }) => !isPast);
  const past = lines.filter(({ isPast }) => isPast);
  const plot = new uPlot(
    {
      width: element.clientWidth || 400,
      height: options.height_px,
      padding: [8, 20, 0, 0],
      tzDate: zonedDate,
      legend: { show: false },
      cursor: cursorOptions(options),
      scales: {
        x: { time: true, range: () => options.window() },
        y: { range: (_plot, _low, high) => valueRange(high, top) },
      },
      axes: chartAxes(scheme, unit),
      series: [
        {},
        ...present.map((line, index) => seriesOptions(line, index, options, present.length)),
        ...past.map(pastOptions),
      ],
      bands: isStacked
        ? present.slice(1).map((line, index) => ({
            series: [index + 2, index + 1],
            fill: `${line.color}59`,
          }))
        : [],
      hooks: {
        setCursor: [(plot) => options.onCursor(plot.cursor.idx ?? null)],
        setSelect: [(plot) => takeSelection(plot, options)],
        draw: [(plot) => drawMarks(plot, options.marks())],
      },
    },
    data,
    element,
  );
  watchPicks(plot, options);
  watchTouches(plot, options);
  return plot;
}

/** A date whose local parts are what a clock of the chosen zone shows: ticks are placed by these. */
export function zonedDate(time_s: number): Date {
  const wall = wallClock(time_s * 1000);
  return new Date(
    wall.getUTCFullYear(),
    wall.getUTCMonth(),
    wall.getUTCDate(),
    wall.getUTCHours(),
    wall.getUTCMinutes(),
    wall.getUTCSeconds(),
    wall.getUTCMilliseconds(),
  );
}

function seriesOptions(
  line: PlotLine,
  index: number,
  { scheme, isStacked }: PlotOptions,
  count: number,
): uPlot.Series {
  if (line.isLimit) {
    return { stroke: FRAME_COLORS[scheme].limit, width: 1, dash: [4, 4], points: { show: false } };
  }
  const isBase = isStacked ? index === 0 : count === 1;
  return {
    stroke: line.color,
    width: 1.4,
    fill: isBase ? `${line.color}${isStacked ? "59" : "1f"}` : undefined,
    points: {
      show: true,
      size: 3,
      fill: line.color,
      filter: (plot, series) => lonePoints(plot.data[series] ?? []),
    },
  };
}

function pastOptions({ color }: PlotLine): uPlot.Series {
  return { stroke: `${color}b3`, width: 1.2, dash: [3, 3], points: { show: false } };
}

function cursorOptions({ onReset }: PlotOptions): uPlot.Cursor {
  return {
    y: false,
    points: { size: 7, width: 0 },
    drag: { x: true, y: false, setScale: false },
    bind: {
      dblclick: () => () => {
        onReset();
        return null;
      },
    },
    // Only the cursor's place is shared: one drag must zoom once.
    sync: SHARED_CURSOR,
  };
}

export const SHARED_CURSOR: uPlot.Cursor.Sync = {
  key: SYNC_KEY,
  filters: { pub: isCursorMove, sub: isCursorMove },
};

function isCursorMove(type: string): boolean {
  return type === "mousemove" || type === "mouseleave";
}

/** Hands a drag across a plot to `onZoom`, and takes its mark away. */
export function takeSelection(plot: uPlot, { onZoom }: Pick<PlotOptions, "onZoom">): void {
  const { left, width } = plot.select;
  if (width <= 0) return;
  const from_s = plot.posToVal(left, "x");
  const to_s = plot.posToVal(left + width, "x");
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  // A click with a trembling hand is no zoom.
  if (width >= 5) onZoom(from_s, to_s);
}
