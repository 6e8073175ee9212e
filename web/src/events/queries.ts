import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { request } from "../api/request";
import type { EventSeries, EventType } from "../api/types";
import { type Asked, seriesPath, TYPES_PATH } from "./asked";
import { countsOf } from "./batch";

const MANY = 1_000;

export const typesQuery = queryOptions({
  queryKey: ["events", "types"],
  queryFn: ({ signal }) => request<EventType[]>(TYPES_PATH, { signal }),
  // Thousands of names are a megabyte.
  refetchInterval: ({ state }) => ((state.data?.length ?? 0) > MANY ? 60_000 : 10_000),
});

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
  return request<EventType>(`${TYPES_PATH}/${id}`, { method: "PATCH", body: change });
}

/** The day of an event as a picture; `day` is YYYYMMDD. */
export function picturePath(name: string, day: string): string {
  return `/api/events/histogram/${encodeURIComponent(name)}/${day}`;
}
