import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { LogRow } from "./types";

const NEAR_END_ROWS = 60;

/** Follows which rows are in the window; their heights are measured, `row_px` is what most have. */
export function useLinesInSight(rows: readonly LogRow[], row_px: number, onEnd: () => void) {
  const bodyRef = useRef<HTMLDivElement>(null);
  const [scrollMargin, setScrollMargin] = useState(0);
  // What stands above the rows may grow at any time; an equal margin renders nothing anew.
  useLayoutEffect(() => {
    const top = bodyRef.current?.getBoundingClientRect().top ?? 0;
    setScrollMargin(Math.round(top + window.scrollY));
  });
  // The same function as long as rows are the same: another one makes all of them be laid out anew.
  const keyAt = useCallback((index: number) => rows[index]?.id ?? index, [rows]);
  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => row_px,
    getItemKey: keyAt,
    overscan: 12,
    scrollMargin,
  });
  const last = virtualizer.getVirtualItems().at(-1)?.index ?? -1;
  const isNearEnd = rows.length > 0 && last >= rows.length - NEAR_END_ROWS;
  const latest = useRef(onEnd);
  latest.current = onEnd;
  const count = rows.length;
  useEffect(() => {
    if (isNearEnd && count > 0) latest.current();
  }, [isNearEnd, count]);
  return { bodyRef, virtualizer };
}
