import type { ReactNode } from "react";

export type Order = "asc" | "desc";

export interface Column<Row, Key extends string = string> {
  key: Key;
  title: string;
  cell: (row: Row) => ReactNode;
  /** Its track of the grid, as CSS writes it: `minmax(10rem, 2fr)`; 1fr when not given. */
  track?: string;
  isNumber?: boolean;
  isSortable?: boolean;
  /** Leave the column out of windows that are narrower. */
  from_px?: number;
  /** Leave the column out of windows that are as wide, or wider. */
  to_px?: number;
}
