import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo, useRef } from "react";
import { type Run, requestLater, rowsQuery } from "./queries";
import type { Asked } from "./search";
import { mergeRows } from "./tail";
import type { LogRow } from "./types";
import { useTail } from "./useTail";

/** So many rows are kept at most, some 100 MB; who reads on does so in a page of its own. */
export const MAX_ROWS = 200_000;

/** Further down than this, rows that arrive wait, so that nothing moves under the reader. */
const TOP_PX = 240;

/** The rows of a search as far as they were loaded, and above them what has arrived since. */
export function useLogRows(asked: Asked, run: Run, isTailing: boolean) {
  const query = useInfiniteQuery(rowsQuery(asked, run));
  const found = useMemo(() => query.data?.pages.flatMap(({ rows }) => rows) ?? [], [query.data]);
  const { refetch } = query;
  const prev = query.data?.pages[0]?.prev ?? null;
  const latestPrev = useRef(prev);
  latestPrev.current = prev;

  const tail = useTail({
    asked,
    isOn: isTailing && query.isSuccess,
    isPaused: () => window.scrollY > TOP_PX,
    onOpen: async (): Promise<readonly LogRow[]> => {
      if (latestPrev.current !== null) return (await requestLater(asked, latestPrev.current)).rows;
      return (await refetch()).data?.pages[0]?.rows ?? [];
    },
  });
  const rows = useMemo(() => mergeRows(tail.tailed.rows, found), [tail.tailed.rows, found]);
  const isFull = found.length >= MAX_ROWS && query.hasNextPage;
  const loadMore = () => {
    if (query.hasNextPage && !isFull && !query.isFetching && !query.isFetchNextPageError) {
      void query.fetchNextPage();
    }
  };
  return { query, rows, tail, loadMore, isFull };
}
