import "uplot/dist/uPlot.min.css";
import { useComputedColorScheme } from "@mantine/core";
import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import type uPlot from "uplot";
import { formatBucket } from "../format/time";
import { text } from "../text";
import { only, toggled } from "./hiding";
import { Legend } from "./Legend";
import type { ChartLines, PastLines } from "./lines";
import type { PlotMark } from "./marks";
import { FRAME_COLORS, lineColor, type Scheme } from "./palette";
import { openPlot, PLOT_HEIGHT_PX, type PlotLine, plotData } from "./plot";
import classes from "./TimeChart.module.css";

export interface TimeChartProps {
  title: string;
  chart: ChartLines;
  from_s: number;
  to_s: number;
  isStacked?: boolean;
  top?: number;
  past?: PastLines;
  marks?: readonly PlotMark[];
  height_px?: number;
  hasTitle?: boolean;
  /** Stands at the right of the title. */
  tools?: ReactNode;
  onZoom: (from_s: number, to_s: number) => void;
  onReset: () => void;
  onPick?: (time_s: number) => void;
}

const NO_MARKS: readonly PlotMark[] = [];

/** Lines over time with a legend that follows the cursor; a drag zooms, a double click resets. */
export function TimeChart(props: TimeChartProps) {
  const { title, chart, isStacked = false, top = 0, past, marks = NO_MARKS, ...rest } = props;
  const { height_px = PLOT_HEIGHT_PX, hasTitle = true, tools, ...view } = rest;
  const scheme = useComputedColorScheme("light", { getInitialValueInEffect: false });
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [cursor, setCursor] = useState<number | null>(null);
  const lines = useMemo(
    () => chart.lines.map((line, index) => ({ ...line, color: lineColor(scheme, index) })),
    [chart.lines, scheme],
  );
  const shown = useMemo(() => {
    const present = lines.filter(({ label }) => !hidden.has(label));
    return past ? [...present, ...pastOf(present, past, isStacked, scheme)] : present;
  }, [lines, hidden, past, isStacked, scheme]);
  const elementRef = usePlot({
    chart,
    shown,
    isStacked,
    top,
    scheme,
    marks,
    height_px,
    setCursor,
    ...view,
  });
  const labels = lines.map(({ label }) => label);
  const time_s = cursor === null ? undefined : chart.times_s[cursor];
  return (
    <>
      <div className={classes.head}>
        {hasTitle && <h3 className={classes.title}>{title}</h3>}
        <span className={classes.time}>
          {time_s !== undefined
            ? formatBucket(time_s, chart.interval_s)
            : past && text.host.compare.dashed(past.of)}
        </span>
        {tools}
      </div>
      <div
        ref={elementRef}
        className={classes.plot}
        style={{ height: height_px }}
        role="img"
        aria-label={text.charts.overTime(title)}
      />
      <Legend
        lines={lines}
        unit={chart.unit}
        cursor={time_s === undefined ? null : cursor}
        hidden={hidden}
        omitted={chart.omitted}
        past={isStacked ? undefined : past}
        onOnly={(label) => setHidden((old) => only(label, labels, old))}
        onToggle={(label) => setHidden((old) => toggled(label, old))}
      />
    </>
  );
}

/** The dashed lines of a chart: one for each that is shown, or their sum where these are stacked. */
function pastOf(
  present: readonly PlotLine[],
  past: PastLines,
  isStacked: boolean,
  scheme: Scheme,
): PlotLine[] {
  if (isStacked) {
    const color = FRAME_COLORS[scheme].text;
    return [{ label: text.host.compare.sum, values: past.sum, color, isPast: true }];
  }
  return present.flatMap(({ label, color, isLimit }) => {
    const values = isLimit ? undefined : past.values.get(label);
    return values ? [{ label, values, color, isPast: true }] : [];
  });
}

interface PlotInput extends Omit<TimeChartProps, "title" | "past" | "hasTitle" | "tools"> {
  height_px: number;
  shown: PlotLine[];
  isStacked: boolean;
  top: number;
  marks: readonly PlotMark[];
  scheme: Scheme;
  setCursor: (index: number | null) => void;
}

/** Keeps one plot in an element: drawn anew when its lines change, else only fed. */
function usePlot(input: PlotInput) {
  const elementRef = useRef<HTMLDivElement>(null);
  const plotRef = useRef<uPlot | null>(null);
  const latest = useRef(input);
  latest.current = input;
  const { chart, shown, isStacked, top, scheme, marks, from_s, to_s, height_px } = input;
  const shape = JSON.stringify(
    shown.map((line) => [line.label, line.color, line.isLimit, line.isPast]),
  );

  // `shape` says when lines differ; new values of the same lines are only fed, below.
  useEffect(() => {
    const element = elementRef.current;
    if (!element) return;
    const { chart, shown } = latest.current;
    const plot = openPlot(element, shown, plotData(chart.times_s, shown, isStacked), {
      scheme,
      unit: chart.unit,
      top,
      isStacked,
      height_px,
      window: () => [latest.current.from_s, latest.current.to_s],
      marks: () => latest.current.marks,
      onCursor: (index) => latest.current.setCursor(index),
      onZoom: (...window) => latest.current.onZoom(...window),
      onReset: () => latest.current.onReset(),
      onPick: latest.current.onPick && ((time_s) => latest.current.onPick?.(time_s)),
    });
    plotRef.current = plot;
    const observer = new ResizeObserver(() => {
      if (element.clientWidth > 0)
        plot.setSize({ width: element.clientWidth, height: plot.height });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
      plotRef.current = null;
    };
  }, [shape, scheme, chart.unit, isStacked, top, height_px]);

  useEffect(() => {
    plotRef.current?.setData(plotData(chart.times_s, shown, isStacked));
  }, [chart, shown, isStacked, from_s, to_s, marks]);

  return elementRef;
}
