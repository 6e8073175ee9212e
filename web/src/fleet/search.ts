import { type Order, SORT_KEYS, type SortKey } from "./order";

/** What the address of the fleet page keeps: the search words and the order of rows. */
export interface FleetSearch {
  q?: string;
  sort?: SortKey;
  order?: Order;
}

export function parseFleetSearch(search: Record<string, unknown>): FleetSearch {
  const { q, sort, order } = search;
  return {
    q: typeof q === "string" || typeof q === "number" ? String(q) || undefined : undefined,
    sort: SORT_KEYS.find((key) => key === sort),
    order: order === "asc" || order === "desc" ? order : undefined,
  };
}
