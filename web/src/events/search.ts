import type { EventStep } from "../api/types";
import { parseHostSearch } from "../host/search";
import { PRESET_NAMES, type Preset, type Range, STEPS } from "./range";

export const SORT_KEYS = ["name", "total"] as const;
export type SortKey = (typeof SORT_KEYS)[number];

/** How many events are compared at once. */
export const MAX_CHOSEN = 8;

/** What the address of the events page keeps. `from` and `to` in Unix microseconds outrank `range`. */
export interface EventsSearch {
  q?: string;
  sort?: SortKey;
  order?: "asc" | "desc";
  /** The events in the charts. */
  names?: string[];
  range?: Preset;
  from?: number;
  to?: number;
  by?: EventStep;
  /** All charts have the same scale. */
  same?: true;
}

export function parseEventsSearch(search: Record<string, unknown>): EventsSearch {
  const { from, to } = parseHostSearch(search);
  const names = Array.isArray(search.names) ? search.names.map(toText).filter(Boolean) : [];
  return {
    q: toText(search.q) || undefined,
    sort: SORT_KEYS.find((key) => key === search.sort),
    order: search.order === "asc" || search.order === "desc" ? search.order : undefined,
    names: names.length > 0 ? [...new Set(names)].slice(0, MAX_CHOSEN) : undefined,
    range: from === undefined ? PRESET_NAMES.find((name) => name === search.range) : undefined,
    from,
    to,
    by: STEPS.find((step) => step === search.by),
    same: search.same === true ? true : undefined,
  };
}

export function toRange({ range, from, to }: EventsSearch): Range {
  if (from !== undefined && to !== undefined) return { from_us: from, to_us: to };
  return { live: range ?? "7d" };
}

// The router reads `?q=500` as a number.
function toText(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}
