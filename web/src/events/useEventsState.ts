import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import type { EventStep } from "../api/types";
import type { TimeWindow } from "../host/range";
import type { Asked } from "./asked";
import { firstOrder } from "./order";
import { type Preset, stepOf, windowOf } from "./range";
import { type EventsSearch, MAX_CHOSEN, type SortKey, toRange } from "./search";

export type EventsState = ReturnType<typeof useEventsState>;

/** What the address says, and what changes it. */
export function useEventsState() {
  const search = useSearch({ from: "/shell/events" });
  const navigate = useNavigate({ from: "/events" });
  return useMemo(() => {
    const change = (part: Partial<EventsSearch>, replace = false) =>
      void navigate({ search: (old) => ({ ...old, ...part }), replace, resetScroll: false });
    const { names = [], sort = "total", order = firstOrder(sort) } = search;
    const choose = (next: string[]) => change({ names: next.length > 0 ? next : undefined });
    return {
      search,
      askedAt: (now_us: number): Asked => {
        const window = windowOf(toRange(search), now_us);
        return { ...window, step: stepOf(search.by, window) };
      },
      find: (q: string) => change({ q: q || undefined }, true),
      sortBy: (key: SortKey) => {
        const turned = order === "asc" ? "desc" : "asc";
        change({ sort: key, order: key === sort ? turned : firstOrder(key) }, true);
      },
      toggle: (name: string) => {
        const rest = names.filter((each) => each !== name);
        if (rest.length < names.length) choose(rest);
        else if (names.length < MAX_CHOSEN) choose([...names, name]);
      },
      showOnly: (name: string) => choose([name]),
      clear: () => choose([]),
      setPreset: (range: Preset) => change({ range, from: undefined, to: undefined }),
      zoom: ({ from_us, to_us }: TimeWindow) =>
        change({ range: undefined, from: from_us, to: to_us, by: undefined }),
      resetZoom: () => change({ from: undefined, to: undefined, by: undefined }),
      setStep: (by: EventStep) => change({ by }, true),
      setSame: (isSame: boolean) => change({ same: isSame || undefined }, true),
    };
  }, [search, navigate]);
}
