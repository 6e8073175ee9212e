import { useQuery } from "@tanstack/react-query";
import { useMemo, useRef } from "react";
import type { MetricAnswer } from "../api/types";
import { type PastSpan, pastSpan } from "./comparing";
import { metricsQuery } from "./queries";
import type { TimeWindow } from "./range";
import type { Comparison } from "./search";
import { metricsOf, type Section } from "./sections";

/** What was measured in an earlier span, and how much earlier that is. */
export interface PastAnswer {
  answer: MetricAnswer;
  span: PastSpan;
}

interface Asked {
  agent_id: string;
  section: Section;
  window: TimeWindow;
  compare: Comparison | undefined;
  enabled: boolean;
}

/** The metrics of a section, in one request, and in another those of the span it is compared with. */
export function useSectionMetrics({ agent_id, section, window, compare, enabled }: Asked) {
  const metrics = useMemo(() => metricsOf(section), [section]);
  const query = useQuery({ ...metricsQuery(agent_id, metrics, window), enabled });
  const span = useMemo(() => compare && pastSpan(window, compare), [window, compare]);
  const earlier = useQuery({
    ...metricsQuery(agent_id, metrics, span?.window ?? window),
    enabled: enabled && span !== undefined,
  });
  const past = useMemo(
    (): PastAnswer | undefined =>
      span && earlier.data ? { answer: earlier.data, span } : undefined,
    [span, earlier.data],
  );
  return { query, answer: useKept(agent_id, query.data), past };
}

interface Kept {
  agent_id: string;
  answer: MetricAnswer;
}

/** The last answer of this machine: when the next one fails, the charts stay as they are. */
function useKept(agent_id: string, answer: MetricAnswer | undefined): MetricAnswer | undefined {
  const kept = useRef<Kept | null>(null);
  if (answer && answer !== kept.current?.answer) kept.current = { agent_id, answer };
  return kept.current?.agent_id === agent_id ? kept.current.answer : undefined;
}
