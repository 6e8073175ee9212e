import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { rowsQuery } from "./queries";
import type { Filters } from "./search";

export type AuditRowsState = ReturnType<typeof useAuditRows>;

const MANY_ROWS = 40;

/**
 * The events of a search as far as they were loaded. A search that runs out of time at the server
 * goes on by itself until it has found a screen full, or is stopped.
 */
export function useAuditRows(filters: Filters) {
  const queries = useQueryClient();
  const query = useInfiniteQuery(rowsQuery(filters));
  const events = useMemo(
    () => query.data?.pages.flatMap((page) => page.events) ?? [],
    [query.data],
  );
  const [stopped, setStopped] = useState<Filters | null>(null);
  const isStopped = stopped === filters;
  const before = query.data?.pages.at(-1)?.next_before ?? null;
  const { hasNextPage, isFetching, isError, fetchNextPage } = query;
  const isSearching = hasNextPage && events.length < MANY_ROWS && !isStopped && !isError;

  useEffect(() => {
    if (isSearching && !isFetching) void fetchNextPage();
  }, [isSearching, isFetching, fetchNextPage]);

  return {
    query,
    events,
    before,
    isSearching,
    isStopped: isStopped && hasNextPage,
    stop: () => {
      setStopped(filters);
      void queries.cancelQueries({ queryKey: rowsQuery(filters).queryKey });
    },
    goOn: () => {
      setStopped(null);
      void fetchNextPage();
    },
    loadMore: () => {
      if (hasNextPage && !isFetching && !isStopped && !query.isFetchNextPageError)
        void fetchNextPage();
    },
    refresh: () => void queries.resetQueries({ queryKey: ["audit", "rows"] }),
  };
}
