import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import type { Range } from "../host/range";
import { fromRange } from "../host/search";
import { toggleColumn } from "./columns";
import { fromColumns, toAsked, toColumns } from "./search";
import { addTerm, onlyLevel, writeTerm } from "./terms";

/** What the address says of the page, and what changes it. */
export function useLogsState() {
  const search = useSearch({ from: "/shell/logs" });
  const navigate = useNavigate({ from: "/logs" });
  // One more each time the same question is asked again.
  const [run, setRun] = useState(0);
  const { q, range, from, to } = search;
  const asked = useMemo(() => toAsked({ q, range, from, to }), [q, range, from, to]);
  const columns = useMemo(() => toColumns(search), [search]);

  const change = useCallback(
    (changes: Partial<typeof search>, replace = false) =>
      void navigate({
        search: (old) => ({ ...old, ...changes }),
        replace,
        resetScroll: false,
      }),
    [navigate],
  );
  const refresh = useCallback(() => setRun((old) => old + 1), []);
  return {
    search,
    asked,
    columns,
    run,
    change,
    refresh,
    ask: (next: string) => {
      if (next === asked.q) refresh();
      else change({ q: next || undefined });
    },
    setRange: (next: Range) => {
      refresh();
      change({ ...fromRange(next), tail: "live" in next ? search.tail : undefined });
    },
    setTail: (isOn: boolean) => {
      const isStanding = !("live" in asked.range);
      const live = isStanding ? { range: undefined, from: undefined, to: undefined } : {};
      change({ ...live, tail: isOn || undefined }, true);
    },
    filter: (name: string, value: string, isWanted: boolean) =>
      change({ q: addTerm(asked.q, writeTerm(name, value), isWanted) }),
    showLevel: (level: string) => change({ q: onlyLevel(asked.q, level) }),
    turnColumn: (name: string) => change(fromColumns(toggleColumn(columns, name)), true),
  };
}
