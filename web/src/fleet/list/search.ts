import { useNavigate, useSearch } from "@tanstack/react-router";
import type { Order, Sorting } from "./sorting";

/** What the address of a list keeps: words, the order, filters by name, and what is open. */
export interface ListSearch {
  q?: string;
  sort?: string;
  order?: Order;
  state?: string;
  tag?: string;
  version?: string;
  config?: string;
  open?: string;
}

const TEXTS = ["q", "sort", "state", "tag", "version", "config", "open"] as const;

export function parseListSearch(search: Record<string, unknown>): ListSearch {
  const found: ListSearch = {};
  for (const key of TEXTS) {
    const value = search[key];
    const isText = typeof value === "string" || typeof value === "number";
    if (isText && value !== "") found[key] = String(value);
  }
  if (search.order === "asc" || search.order === "desc") found.order = search.order;
  return found;
}

/** Returns what the address says of a list, and how to change it. */
export function useListSearch(first: string) {
  const search = useSearch({ strict: false }) as ListSearch;
  const navigate = useNavigate();
  const change = (changes: ListSearch, replace = true) =>
    void navigate({
      to: ".",
      search: (old: ListSearch) => ({ ...old, ...changes }),
      replace,
      resetScroll: false,
    });
  const key = search.sort ?? first;
  const order = search.order ?? "asc";
  const sorting: Sorting = {
    key,
    order,
    by: (next) => change({ sort: next, order: next === key && order === "asc" ? "desc" : "asc" }),
  };
  return { search, change, sorting };
}
