import { Button } from "@mantine/core";
import { useMemo, useRef } from "react";
import { QueryNotice } from "../app/QueryNotice";
import { useInSight } from "../charts/useInSight";
import { text } from "../text";
import { ChartCard } from "./ChartCard";
import type { ChartView } from "./HostChart";
import classes from "./host.module.css";
import type { Comparison } from "./search";
import { type Section, shownCharts } from "./sections";
import { useSectionMetrics } from "./useSectionMetrics";

/** Sections are asked for while they are at most so far out of sight. */
const MARGIN = "3000px 0px";
const SECTION_PX = 284;

interface ChartSectionProps extends ChartView {
  agent_id: string;
  section: Section;
  compare?: Comparison;
  onEnlarge: (chart: string) => void;
}

/** Charts that belong together, from one answer of the server. */
export function ChartSection(props: ChartSectionProps) {
  const { agent_id, section, compare, onEnlarge, ...view } = props;
  const { window } = view;
  const ref = useRef<HTMLElement>(null);
  const enabled = useInSight(ref, MARGIN);
  const asked = { agent_id, section, window, compare, enabled };
  const { query, answer, past } = useSectionMetrics(asked);
  const charts = useMemo(
    () => (answer ? shownCharts(section, new Set(answer.series.map(({ metric }) => metric))) : []),
    [section, answer],
  );
  // A machine without such parts has no place for them.
  if (answer && charts.length === 0) return <span ref={ref} id={section.id} />;
  return (
    <section
      ref={ref}
      id={section.id}
      className={classes.section}
      aria-label={section.title}
      aria-busy={query.isFetching}
    >
      <div className={classes.sectionHead}>
        <h2>{section.title}</h2>
        {answer && query.isError && (
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
      {!answer && enabled && <QueryNotice query={query} height={SECTION_PX} />}
      {!answer && !enabled && <div style={{ height: SECTION_PX }} />}
      {answer && (
        <div className={classes.charts} data-columns={charts.length % 2 === 0 ? 2 : 3}>
          {charts.map((spec) => (
            <ChartCard
              key={spec.id}
              spec={spec}
              answer={answer}
              past={past}
              onEnlarge={onEnlarge}
              {...view}
            />
          ))}
        </div>
      )}
    </section>
  );
}
