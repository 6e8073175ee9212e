import { useCallback, useState } from "react";

interface OpenRows {
  open: ReadonlySet<string>;
  /** Rows that are open or were: their heights are not that of the others, or were not. */
  wasOpen: ReadonlySet<string>;
}

const NONE: OpenRows = { open: new Set(), wasOpen: new Set() };

/** Keeps which rows are unfolded. */
export function useOpenRows() {
  const [rows, setRows] = useState(NONE);
  const toggle = useCallback(
    (id: string) =>
      setRows(({ open, wasOpen }) => {
        const next = new Set(open);
        if (!next.delete(id)) next.add(id);
        return { open: next, wasOpen: new Set(wasOpen).add(id) };
      }),
    [],
  );
  return { ...rows, toggle };
}
