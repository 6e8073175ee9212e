import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";
import type { Range } from "./range";
import { fromRange, type HostSearch, liveRange } from "./search";

/** What the address says, and how to change it: another range is a step that back undoes. */
export function useHostSearch() {
  const search = useSearch({ from: "/shell/hosts/$id" });
  const navigate = useNavigate({ from: "/hosts/$id" });
  const setSearch = useCallback(
    (next: HostSearch) =>
      void navigate({
        search: (old) => ({ ...old, ...next }),
        replace: true,
        resetScroll: false,
      }),
    [navigate],
  );
  const setRange = useCallback(
    (next: Range) =>
      void navigate({
        search: (old) => {
          const range = "live" in next ? {} : { range: old.range };
          return { ...old, ...fromRange(next), ...range };
        },
        resetScroll: false,
      }),
    [navigate],
  );
  const goLive = useCallback(
    () =>
      void navigate({
        search: (old) => ({ ...old, ...fromRange(liveRange(old)) }),
        resetScroll: false,
      }),
    [navigate],
  );
  /** Enlarges a chart: back leads out of it, as closing it does. */
  const enlarge = useCallback(
    (chart: string) => void navigate({ search: (old) => ({ ...old, chart }), resetScroll: false }),
    [navigate],
  );
  const pick = useCallback(
    (time_s: number) => setSearch({ at: Math.round(time_s * 1e6) }),
    [setSearch],
  );
  return { search, setSearch, setRange, goLive, enlarge, pick };
}
