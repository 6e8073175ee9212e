import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { request } from "../api/request";
import type { EventSeries, EventStep, EventType } from "../api/types";
import type { TimeWindow } from "../host/range";
import { countsOf } from "./batch";

const PATH = "/console/v1/event-types";

const MANY = 1_000;

export const typesQuery = queryOptions({
  queryKey: ["events", "types"],
  queryFn: ({ signal }) => request<EventType[]>(PATH, { signal }),
  // Thousands of names are a megabyte.
  refetchInterval: ({ state }) => ((state.data?.length ?? 0) > MANY ? 60_000 : 10_000),
});

/** Which counts are asked for. */
export interface Asked extends TimeWindow {
  step: EventStep;
}

export function seriesPath(ids: readonly number[], { from_us, to_us, step }: Asked): string {
  const query = new URLSearchParams();
  for (const id of ids) query.append("id", String(id));
  query.set("from", String(from_us));
  query.set("to", String(to_us));
  query.set("step", step);
  return `${PATH}/series?${query}`;
}

/** The counts of the events in the charts. */
export function seriesQuery(ids: readonly number[], asked: Asked) {
  return queryOptions({
    queryKey: ["events", "series", ids, asked],
    queryFn: ({ signal }) => request<EventSeries>(seriesPath(ids, asked), { signal }),
    enabled: ids.length > 0,
    refetchInterval: 10_000,
    placeholderData: keepPreviousData,
  });
}

/** The counts of one row of the table; rows that come into sight together are asked for together. */
export function countsQuery(id: number, asked: Asked) {
  return queryOptions({
    queryKey: ["events", "counts", id, asked],
    queryFn: ({ signal }) => countsOf(id, asked, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    placeholderData: keepPreviousData,
  });
}

export function changeType(
  id: number,
  change: { description?: string; is_active?: boolean },
): Promise<EventType> {
  return request<EventType>(`${PATH}/${id}`, { method: "PATCH", body: change });
}

/** The day of an event as a picture; `day` is YYYYMMDD. */
export function picturePath(name: string, day: string): string {
  return `/api/events/histogram/${encodeURIComponent(name)}/${day}`;
}
