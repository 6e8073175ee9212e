import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useRef } from "react";
import type { MetricAnswer } from "../api/types";
import { QueryNotice } from "../app/QueryNotice";
import { type ChartSpec, toChartLines } from "../charts/lines";
import { TimeChart } from "../charts/TimeChart";
import classes from "./host.module.css";
import { metricsQuery } from "./queries";
import { clampWindow, DEFAULT_PRESET, type Range, type TimeWindow } from "./range";
import { metricsOf, type Section } from "./sections";

interface ChartSectionProps {
  agent_id: string;
  section: Section;
  window: TimeWindow;
  onRange: (range: Range) => void;
}

/** Charts that belong together, from one answer of the server. */
export function ChartSection({ agent_id, section, window, onRange }: ChartSectionProps) {
  const metrics = useMemo(() => metricsOf(section), [section]);
  const query = useQuery(metricsQuery(agent_id, metrics, window));
  const kept = useKept(agent_id, query.data);
  const charts = useMemo(() => (kept ? shownCharts(section, kept.answer) : []), [section, kept]);
  return (
    <section className={classes.section} aria-label={section.title} aria-busy={query.isFetching}>
      <div className={classes.sectionHead}>
        <h2>{section.title}</h2>
        {kept && query.isError && (
          <Button
            size="compact-xs"
            variant="subtle"
            loading={query.isFetching}
            onClick={() => void query.refetch()}
          >
            Not up to date, try again
          </Button>
        )}
      </div>
      {!kept && <QueryNotice query={query} height={264} />}
      {kept && (
        <div className={classes.charts} data-columns={charts.length % 2 === 0 ? 2 : 3}>
          {charts.map((spec) => (
            <ChartCard
              key={spec.id}
              spec={spec}
              answer={kept.answer}
              window={window}
              onRange={onRange}
            />
          ))}
        </div>
      )}
    </section>
  );
}

interface Kept {
  agent_id: string;
  answer: MetricAnswer;
}

/** The last answer of this machine: when the next one fails, the charts stay as they are. */
function useKept(agent_id: string, answer: MetricAnswer | undefined) {
  const kept = useRef<Kept | null>(null);
  if (answer && answer !== kept.current?.answer) kept.current = { agent_id, answer };
  return kept.current?.agent_id === agent_id ? kept.current : null;
}

function shownCharts({ charts }: Section, { series }: MetricAnswer): ChartSpec[] {
  const has = (metric: string) => series.some((one) => one.metric === metric);
  return charts.filter(
    ({ isOptional, sources }) => !isOptional || sources.some(({ metric }) => has(metric)),
  );
}

interface ChartCardProps {
  spec: ChartSpec;
  answer: MetricAnswer;
  window: TimeWindow;
  onRange: (range: Range) => void;
}

function ChartCard({ spec, answer, window, onRange }: ChartCardProps) {
  const chart = useMemo(() => toChartLines(answer, spec), [answer, spec]);
  const hasValues = chart.lines.some(({ values }) => values.some((value) => value !== null));
  if (!hasValues) {
    return (
      <article className={classes.chart}>
        <h3 className={classes.quietTitle}>{spec.title}</h3>
        <p className={classes.quiet}>{chart.isQuiet ? spec.quietText : "No data in this range."}</p>
      </article>
    );
  }
  return (
    <article className={classes.chart}>
      <TimeChart
        title={spec.title}
        chart={chart}
        from_s={window.from_us / 1e6}
        to_s={window.to_us / 1e6}
        isStacked={spec.isStacked}
        top={spec.top}
        onZoom={(from_s, to_s) =>
          onRange(clampWindow({ from_us: from_s * 1e6, to_us: to_s * 1e6 }))
        }
        onReset={() => onRange({ live: DEFAULT_PRESET })}
      />
    </article>
  );
}
