import { useMemo, useSyncExternalStore } from "react";
import type { Column } from "./column";

/** The columns for which the window is wide enough. */
export function useWideColumns<Row, Key extends string>(
  columns: readonly Column<Row, Key>[],
): readonly Column<Row, Key>[] {
  const width_px = useSyncExternalStore(watchWidth, () => window.innerWidth);
  // The same ones as long as they are: rows with other columns are drawn anew.
  return useMemo(
    () =>
      columns.filter(
        ({ from_px = 0, to_px = Number.POSITIVE_INFINITY }) =>
          width_px >= from_px && width_px < to_px,
      ),
    [columns, width_px],
  );
}

function watchWidth(listener: () => void): () => void {
  window.addEventListener("resize", listener);
  return () => window.removeEventListener("resize", listener);
}
