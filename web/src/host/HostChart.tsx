import { type ReactNode, useMemo } from "react";
import type { MetricAnswer } from "../api/types";
import { type ChartSpec, MAX_LINES, toChartLines, toPastLines } from "../charts/lines";
import type { PlotMark } from "../charts/marks";
import { TimeChart } from "../charts/TimeChart";
import { text } from "../text";
import { spanText } from "./comparing";
import classes from "./host.module.css";
import { clampWindow, type Range, type TimeWindow } from "./range";
import type { PastAnswer } from "./useSectionMetrics";

/** What all charts of a machine share. */
export interface ChartView {
  window: TimeWindow;
  marks: readonly PlotMark[];
  onRange: (range: Range) => void;
  /** Back to the span that moves on. */
  onReset: () => void;
  onPick: (time_s: number) => void;
}

interface HostChartProps extends ChartView {
  spec: ChartSpec;
  answer: MetricAnswer;
  past?: PastAnswer;
  /** So many lines at most, the highest. */
  most?: number;
  height_px?: number;
  hasTitle?: boolean;
  tools?: ReactNode;
}

/** One chart of a machine, or a word in its place when there is nothing to draw. */
export function HostChart(props: HostChartProps) {
  const { spec, answer, past, most = MAX_LINES, window, marks, onRange, onReset, onPick } = props;
  const { height_px, hasTitle, tools } = props;
  const chart = useMemo(() => toChartLines(answer, spec, most), [answer, spec, most]);
  const earlier = useMemo(() => {
    if (!past) return undefined;
    const all = toChartLines(past.answer, { ...spec, dropsZero: false }, Number.POSITIVE_INFINITY);
    return toPastLines(chart, all, past.span.shift_us / 1e6, spanText(past.span));
  }, [past, spec, chart]);
  const hasValues = chart.lines.some(({ values }) => values.some((value) => value !== null));
  if (!hasValues) {
    return (
      <>
        {hasTitle !== false && <h3 className={classes.quietTitle}>{spec.title}</h3>}
        <p className={classes.quiet}>{chart.isQuiet ? spec.quietText : text.host.charts.noData}</p>
      </>
    );
  }
  return (
    <TimeChart
      title={spec.title}
      chart={chart}
      from_s={window.from_us / 1e6}
      to_s={window.to_us / 1e6}
      isStacked={spec.isStacked}
      top={spec.top}
      past={earlier}
      marks={marks}
      height_px={height_px}
      hasTitle={hasTitle}
      tools={tools}
      onZoom={(from_s, to_s) => onRange(clampWindow({ from_us: from_s * 1e6, to_us: to_s * 1e6 }))}
      onReset={onReset}
      onPick={onPick}
    />
  );
}
