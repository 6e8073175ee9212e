import { useCallback, useMemo, useState } from "react";

/** Which rows are chosen, by key. */
export interface Selection {
  keys: readonly string[];
  has: (key: string) => boolean;
  toggle: (key: string) => void;
  set: (keys: readonly string[]) => void;
}

/** Keeps which rows are chosen; rows that are gone are no longer chosen. */
export function useSelection(present: readonly string[]): Selection {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const keys = useMemo(() => present.filter((key) => chosen.has(key)), [present, chosen]);
  const toggle = useCallback(
    (key: string) =>
      setChosen((old) => {
        const next = new Set(old);
        if (!next.delete(key)) next.add(key);
        return next;
      }),
    [],
  );
  const set = useCallback((next: readonly string[]) => setChosen(new Set(next)), []);
  return { keys, has: (key) => chosen.has(key), toggle, set };
}
