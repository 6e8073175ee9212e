import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useRef } from "react";
import type { MetricAnswer } from "../api/types";
import { QueryNotice } from "../app/QueryNotice";
import type { ChartSpec } from "../charts/lines";
import { useInSight } from "../charts/useInSight";
import { text } from "../text";
import { ChartCard, type ChartView } from "./ChartCard";
import { pastSpan } from "./comparing";
import classes from "./host.module.css";
import { metricsQuery } from "./queries";
import type { Comparison } from "./search";
import { metricsOf, type Section } from "./sections";

/** Sections are asked for while they are at most so far out of sight. */
const MARGIN = "900px 0px";
const SECTION_PX = 284;

interface ChartSectionProps extends ChartView {
  agent_id: string;
  section: Section;
  compare?: Comparison;
}

/** Charts that belong together, from one answer of the server. */
export function ChartSection({ agent_id, section, compare, ...view }: ChartSectionProps) {
  const { window } = view;
  const ref = useRef<HTMLElement>(null);
  const enabled = useInSight(ref, MARGIN);
  const metrics = useMemo(() => metricsOf(section), [section]);
  const query = useQuery({ ...metricsQuery(agent_id, metrics, window), enabled });
  const span = useMemo(() => compare && pastSpan(window, compare), [window, compare]);
  const earlier = useQuery({
    ...metricsQuery(agent_id, metrics, span?.window ?? window),
    enabled: enabled && span !== undefined,
  });
  const kept = useKept(agent_id, query.data);
  const past = useMemo(
    () => (span && earlier.data ? { answer: earlier.data, span } : undefined),
    [span, earlier.data],
  );
  const charts = useMemo(() => (kept ? shownCharts(section, kept.answer) : []), [section, kept]);
  // A machine without such parts has no place for them.
  if (kept && charts.length === 0) return <span ref={ref} />;
  return (
    <section
      ref={ref}
      className={classes.section}
      aria-label={section.title}
      aria-busy={query.isFetching}
    >
      <div className={classes.sectionHead}>
        <h2>{section.title}</h2>
        {kept && query.isError && (
          <Button
            size="compact-xs"
            variant="subtle"
            loading={query.isFetching}
            onClick={() => void query.refetch()}
          >
            {text.host.charts.stale}
          </Button>
        )}
      </div>
      {!kept && enabled && <QueryNotice query={query} height={SECTION_PX} />}
      {!kept && !enabled && <div style={{ height: SECTION_PX }} />}
      {kept && (
        <div className={classes.charts} data-columns={charts.length % 2 === 0 ? 2 : 3}>
          {charts.map((spec) => (
            <ChartCard key={spec.id} spec={spec} answer={kept.answer} past={past} {...view} />
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
