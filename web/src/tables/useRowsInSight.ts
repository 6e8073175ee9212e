import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useRef, useState } from "react";
import { rowPicker } from "./picking";
import { useScrollMargin } from "./useScrollMargin";

const OVERSCAN = 10;

interface RowsInSight<Row> {
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  /** What most rows are high; those that are measured may differ. */
  row_px: number;
  /** So many rows before the last one comes into sight, `onEnd` is called. */
  ahead?: number;
  onEnd?: () => void;
}

/** Follows which rows are in the window. */
export function useRowsInSight<Row>(table: RowsInSight<Row>) {
  const { rows, rowKey, row_px, ahead = 20, onEnd } = table;
  const bodyRef = useRef<HTMLDivElement>(null);
  const scrollMargin = useScrollMargin(bodyRef);
  const [rangeExtractor] = useState(rowPicker);
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
    overscan: OVERSCAN,
    rangeExtractor,
    scrollMargin,
  });
  const last = virtualizer.getVirtualItems().at(-1)?.index ?? -1;
  const isNearEnd = rows.length > 0 && last >= rows.length - ahead;
  const latest = useRef(onEnd);
  latest.current = onEnd;
  useEffect(() => {
    if (isNearEnd) latest.current?.();
  }, [isNearEnd, rows.length]);
  return { bodyRef, virtualizer };
}
