import { queryOptions } from "@tanstack/react-query";
import { request, requestAnswer } from "../api/request";
import type { HostDetail, MetricAnswer } from "../api/types";
import type { TimeWindow } from "./range";

export interface HostAnswer {
  detail: HostDetail;
  /** How far the server's clock is ahead of the browser's, as well as whole seconds tell. */
  skew_us: number;
}

export function hostQuery(agent_id: string) {
  return queryOptions({
    queryKey: ["host", agent_id],
    queryFn: async ({ signal }): Promise<HostAnswer> => {
      const path = `/console/v1/hosts/${encodeURIComponent(agent_id)}`;
      const { body, server_us } = await requestAnswer<HostDetail>(path, { signal });
      return { detail: body, skew_us: clockSkew(server_us, Date.now() * 1000) };
    },
    refetchInterval: 10_000,
  });
}

export function metricsQuery(agent_id: string, metrics: readonly string[], window: TimeWindow) {
  return queryOptions({
    queryKey: ["metrics", agent_id, metrics, window.from_us, window.to_us],
    queryFn: ({ signal }) =>
      request<MetricAnswer>(metricsPath(agent_id, metrics, window), { signal }),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 20_000,
    structuralSharing: false,
    // The last picture of the same machine stays until the next is here.
    placeholderData: (previous: MetricAnswer | undefined, query) =>
      query?.queryKey[1] === agent_id ? previous : undefined,
  });
}

export function metricsPath(
  agent_id: string,
  metrics: readonly string[],
  { from_us, to_us }: TimeWindow,
): string {
  const query = new URLSearchParams({ agent: agent_id });
  for (const metric of metrics) query.append("metric", metric);
  query.append("from", String(from_us));
  query.append("to", String(to_us));
  return `/api/metrics?${query}`;
}

/** Zero when the header is missing or the clocks differ by less than it can tell. */
export function clockSkew(server_us: number | null, browser_us: number): number {
  if (server_us === null || Math.abs(server_us - browser_us) < 2e6) return 0;
  // Whole 10 seconds, so that the windows of all charts stay the same from answer to answer.
  return Math.round((server_us - browser_us) / 10e6) * 10e6;
}
