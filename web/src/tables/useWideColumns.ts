import { useSyncExternalStore } from "react";
import type { Column } from "./column";

/** The columns for which the window is wide enough. */
export function useWideColumns<Row, Key extends string>(
  columns: readonly Column<Row, Key>[],
): readonly Column<Row, Key>[] {
  const width_px = useSyncExternalStore(watchWidth, () => window.innerWidth);
  return columns.filter(
    ({ from_px = 0, to_px = Number.POSITIVE_INFINITY }) => width_px >= from_px && width_px < to_px,
  );
}

function watchWidth(listener: () => void): () => void {
  window.addEventListener("resize", listener);
  return () => window.removeEventListener("resize", listener);
}
