import { memo, useMemo, useRef } from "react";
import type { MetricAnswer } from "../api/types";
import { type ChartSpec, toChartLines, toPastLines } from "../charts/lines";
import type { PlotMark } from "../charts/marks";
import { TimeChart } from "../charts/TimeChart";
import { useInSight } from "../charts/useInSight";
import { text } from "../text";
import { type PastSpan, spanText } from "./comparing";
import classes from "./host.module.css";
import { clampWindow, DEFAULT_PRESET, type Range, type TimeWindow } from "./range";

/** Charts are drawn while they are at most so far out of sight. */
const MARGIN = "500px 0px";

export interface ChartView {
  window: TimeWindow;
  marks: readonly PlotMark[];
  onRange: (range: Range) => void;
  onPick: (time_s: number) => void;
}

interface ChartCardProps extends ChartView {
  spec: ChartSpec;
  answer: MetricAnswer;
  /** What was measured in an earlier span, and how much earlier that is. */
  past?: { answer: MetricAnswer; span: PastSpan };
}

/** One chart; out of sight it is an empty place of the same height. */
export const ChartCard = memo(function ChartCard(props: ChartCardProps) {
  const { spec, answer, past, window, marks, onRange, onPick } = props;
  const ref = useRef<HTMLElement>(null);
  const height = useRef<number | undefined>(undefined);
  const isInSight = useInSight(ref, MARGIN);
  if (isInSight) height.current = ref.current?.offsetHeight || height.current;
  const chart = useMemo(() => toChartLines(answer, spec), [answer, spec]);
  const earlier = useMemo(() => {
    if (!past) return undefined;
    const all = toChartLines(past.answer, { ...spec, dropsZero: false }, Number.POSITIVE_INFINITY);
    return toPastLines(chart, all, past.span.shift_us / 1e6, spanText(past.span));
  }, [past, spec, chart]);
  const hasValues = chart.lines.some(({ values }) => values.some((value) => value !== null));
  if (hasValues && !isInSight) {
    return (
      <article ref={ref} className={classes.chart} style={{ minHeight: height.current ?? 284 }}>
        <h3 className={classes.quietTitle}>{spec.title}</h3>
      </article>
    );
  }
  if (!hasValues) {
    return (
      <article ref={ref} className={classes.chart}>
        <h3 className={classes.quietTitle}>{spec.title}</h3>
        <p className={classes.quiet}>{chart.isQuiet ? spec.quietText : text.host.charts.noData}</p>
      </article>
    );
  }
  return (
    <article ref={ref} className={classes.chart}>
      <TimeChart
        title={spec.title}
        chart={chart}
        from_s={window.from_us / 1e6}
        to_s={window.to_us / 1e6}
        isStacked={spec.isStacked}
        top={spec.top}
        past={earlier}
        marks={marks}
        onZoom={(from_s, to_s) =>
          onRange(clampWindow({ from_us: from_s * 1e6, to_us: to_s * 1e6 }))
        }
        onReset={() => onRange({ live: DEFAULT_PRESET })}
        onPick={onPick}
      />
    </article>
  );
});
