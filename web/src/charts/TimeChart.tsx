import "uplot/dist/uPlot.min.css";
import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useMemo, useRef, useState } from "react";
import type uPlot from "uplot";
import { formatBucket } from "../format/time";
import { Legend } from "./Legend";
import type { ChartLines } from "./lines";
import { lineColor } from "./palette";
import { openPlot, type PlotLine, plotData } from "./plot";
import classes from "./TimeChart.module.css";

interface TimeChartProps {
  title: string;
  chart: ChartLines;
  from_s: number;
  to_s: number;
  isStacked?: boolean;
  top?: number;
  onZoom: (from_s: number, to_s: number) => void;
  onReset: () => void;
}

/** Lines over time with a legend that follows the cursor; a drag zooms, a double click resets. */
export function TimeChart({ title, chart, isStacked = false, top = 0, ...view }: TimeChartProps) {
  const scheme = useComputedColorScheme("light", { getInitialValueInEffect: false });
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [cursor, setCursor] = useState<number | null>(null);
  const lines = useMemo(
    () => chart.lines.map((line, index) => ({ ...line, color: lineColor(scheme, index) })),
    [chart.lines, scheme],
  );
  const shown = useMemo(() => lines.filter(({ label }) => !hidden.has(label)), [lines, hidden]);
  const elementRef = usePlot({ chart, shown, isStacked, top, scheme, setCursor, ...view });

  const toggle = (label: string) =>
    setHidden((old) => {
      const next = new Set(old);
      if (!next.delete(label)) next.add(label);
      return next;
    });
  const time_s = cursor === null ? undefined : chart.times_s[cursor];
  return (
    <>
      <div className={classes.head}>
        <h3 className={classes.title}>{title}</h3>
        <span className={classes.time}>
          {time_s !== undefined && formatBucket(time_s, chart.interval_s)}
        </span>
      </div>
      <div ref={elementRef} className={classes.plot} role="img" aria-label={`${title} over time`} />
      <Legend
        lines={lines}
        unit={chart.unit}
        cursor={time_s === undefined ? null : cursor}
        hidden={hidden}
        omitted={chart.omitted}
        onToggle={toggle}
      />
    </>
  );
}

interface PlotInput extends Omit<TimeChartProps, "title"> {
  shown: PlotLine[];
  isStacked: boolean;
  top: number;
  scheme: "light" | "dark";
  setCursor: (index: number | null) => void;
}

/** Keeps one plot in an element: drawn anew when its lines change, else only fed. */
function usePlot(input: PlotInput) {
  const elementRef = useRef<HTMLDivElement>(null);
  const plotRef = useRef<uPlot | null>(null);
  const latest = useRef(input);
  latest.current = input;
  const { chart, shown, isStacked, top, scheme, from_s, to_s } = input;
  const shape = JSON.stringify([shown.map((line) => [line.label, line.color, line.isLimit])]);

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
      window: () => [latest.current.from_s, latest.current.to_s],
      onCursor: (index) => latest.current.setCursor(index),
      onZoom: (...window) => latest.current.onZoom(...window),
      onReset: () => latest.current.onReset(),
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
  }, [shape, scheme, chart.unit, isStacked, top]);

  useEffect(() => {
    plotRef.current?.setData(plotData(chart.times_s, shown, isStacked));
  }, [chart, shown, isStacked, from_s, to_s]);

  return elementRef;
}
