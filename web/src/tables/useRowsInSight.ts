import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

const NEAR_END_ROWS = 20;

interface RowsInSight<Row> {
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  row_px: number;
  onEnd?: () => void;
}

/** Follows which rows of the given height are in the window. */
export function useRowsInSight<Row>({ rows, rowKey, row_px, onEnd }: RowsInSight<Row>) {
  const bodyRef = useRef<HTMLDivElement>(null);
  const [scrollMargin, setScrollMargin] = useState(0);
  // What stands above the table may grow at any time; an equal margin renders nothing anew.
  useLayoutEffect(() => {
    const top = bodyRef.current?.getBoundingClientRect().top ?? 0;
    setScrollMargin(Math.round(top + window.scrollY));
  });
  // The same function as long as rows are the same: another one makes all of them be laid out anew.
  const latestKey = useRef(rowKey);
  latestKey.current = rowKey;
  const keyAt = useCallback(
    (index: number) => {
      const row = rows[index];
      return row === undefined ? index : latestKey.current(row);
    },
    [rows],
  );
  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => row_px,
    getItemKey: keyAt,
    overscan: 10,
    scrollMargin,
  });
  const last = virtualizer.getVirtualItems().at(-1)?.index ?? -1;
  const isNearEnd = rows.length > 0 && last >= rows.length - NEAR_END_ROWS;
  const latest = useRef(onEnd);
  latest.current = onEnd;
  useEffect(() => {
    if (isNearEnd) latest.current?.();
  }, [isNearEnd, rows.length]);
  return { bodyRef, virtualizer };
}
