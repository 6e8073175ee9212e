import type { Order } from "../tables/column";
import { SORT_KEYS, type SortKey } from "./order";
import { parseWithin } from "./spread";

export const VIEWS = ["table", "grid"] as const;
export type View = (typeof VIEWS)[number];

/** What the address of the overview keeps: words, the order and the form of machines, all lines. */
export interface OverviewSearch {
  q?: string;
  sort?: SortKey;
  order?: Order;
  view?: View;
  /** Only machines whose measure lies in a span, as `parseWithin` reads it. */
  within?: string;
  /** All lines of what needs attention are shown. */
  all?: true;
}

export function parseOverviewSearch(search: Record<string, unknown>): OverviewSearch {
  const { q, sort, order, view, within, all } = search;
  return {
    q: typeof q === "string" || typeof q === "number" ? String(q) || undefined : undefined,
    sort: SORT_KEYS.find((key) => key === sort),
    order: order === "asc" || order === "desc" ? order : undefined,
    view: VIEWS.find((each) => each === view),
    within: typeof within === "string" && parseWithin(within) ? within : undefined,
    all: all === true ? true : undefined,
  };
}
