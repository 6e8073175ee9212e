import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { liveEvery } from "../api/live";
import { request } from "../api/request";
import type { Fleet, Overall, SparklinePage } from "../api/types";

/** A point of a sparkline is the mean of a minute. */
const LINES_MS = 15_000;

export const fleetQuery = queryOptions({
  queryKey: ["fleet"],
  queryFn: ({ signal }) => request<Fleet>("/console/v1/fleet", { signal }),
  refetchInterval: ({ state }) => liveEvery(state.data?.hosts.length),
  // Nearly every value changes each time; looking for equal parts would cost more than it saves.
  structuralSharing: false,
});

export const attentionQuery = queryOptions({
  queryKey: ["attention"],
  queryFn: ({ signal }) => request<Overall>("/console/v1/attention", { signal }),
  refetchInterval: liveEvery(),
});

/** The last half hour of some machines; what is known of others is shown until it is there. */
export function sparklinesQuery(ids: readonly string[]) {
  const params = new URLSearchParams(ids.map((id) => ["agent", id]));
  return queryOptions({
    queryKey: ["sparklines", ids],
    queryFn: ({ signal }) =>
      request<SparklinePage>(`/console/v1/fleet/sparklines?${params}`, { signal }),
    enabled: ids.length > 0,
    refetchInterval: LINES_MS,
    placeholderData: keepPreviousData,
    gcTime: LINES_MS,
  });
}
