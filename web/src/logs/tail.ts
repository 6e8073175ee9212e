import type { LogRow } from "./types";

/** What has arrived while following: `rows` are shown, `waiting` are not yet; the newest first. */
export interface Tailed {
  rows: readonly LogRow[];
  waiting: readonly LogRow[];
  /** How many rows came faster than they could be shown, and were not sent. */
  left_out: number;
}

export const NOTHING_TAILED: Tailed = { rows: [], waiting: [], left_out: 0 };

const MAX_ROWS = 5_000;

/** Adds rows that arrived, the oldest first; they wait while the reader reads further down. */
export function arrive(tailed: Tailed, arrived: readonly LogRow[], isPaused: boolean): Tailed {
  const known = new Set([...tailed.rows, ...tailed.waiting].map(({ id }) => id));
  const fresh = arrived.filter(({ id }) => !known.has(id)).toReversed();
  if (fresh.length === 0) return tailed;
  if (isPaused) return { ...tailed, waiting: [...fresh, ...tailed.waiting].slice(0, MAX_ROWS) };
  const rows = [...fresh, ...tailed.waiting, ...tailed.rows];
  return { ...tailed, rows: rows.slice(0, MAX_ROWS), waiting: [] };
}

/** Shows what waited. */
export function showWaiting(tailed: Tailed): Tailed {
  if (tailed.waiting.length === 0) return tailed;
  const rows = [...tailed.waiting, ...tailed.rows].slice(0, MAX_ROWS);
  return { ...tailed, rows, waiting: [] };
}

/** The rows that were followed above those of the search, none twice. */
export function mergeRows(tailed: readonly LogRow[], found: readonly LogRow[]): readonly LogRow[] {
  if (tailed.length === 0) return found;
  const ids = new Set(tailed.map(({ id }) => id));
  return [...tailed, ...found.filter(({ id }) => !ids.has(id))];
}
