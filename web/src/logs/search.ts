import type { Range } from "../host/range";
import { parseHostSearch, toRange } from "../host/search";

/** What the address of the logs page keeps. `from` and `to` in Unix microseconds outrank `range`. */
export interface LogsSearch {
  q?: string;
  range?: ReturnType<typeof parseHostSearch>["range"];
  from?: number;
  to?: number;
  /** Follows what arrives. */
  tail?: true;
  /** Names of the columns between level and message. */
  cols?: string;
  wrap?: true;
  /** The row whose surroundings are shown. */
  around?: string;
}

const DEFAULT_COLUMNS: readonly string[] = ["agent"];
const MAX_COLUMNS = 12;

export function parseLogsSearch(search: Record<string, unknown>): LogsSearch {
  const { range, from, to } = parseHostSearch(search);
  return {
    q: toText(search.q),
    range,
    from,
    to,
    tail: search.tail === true ? true : undefined,
    cols: typeof search.cols === "string" ? search.cols : undefined,
    wrap: search.wrap === true ? true : undefined,
    around: toText(search.around),
  };
}

/** What the server is asked: the rows of a query in a time range. */
export interface Asked {
  q: string;
  range: Range;
}

export function toAsked(search: LogsSearch): Asked {
  return { q: search.q ?? "", range: toRange(search) };
}

export function toColumns({ cols }: LogsSearch): readonly string[] {
  if (cols === undefined) return DEFAULT_COLUMNS;
  return [...new Set(cols.split(",").filter(Boolean))].slice(0, MAX_COLUMNS);
}

/** The part of the address that names columns; nothing for those that are shown anyway. */
export function fromColumns(columns: readonly string[]): Pick<LogsSearch, "cols"> {
  const cols = columns.join(",");
  return { cols: cols === DEFAULT_COLUMNS.join(",") ? undefined : cols };
}

/** The parameters by which every route of logs knows what is asked. */
export function toParams({ q, range }: Asked): URLSearchParams {
  const params = new URLSearchParams();
  if (q) params.set("query", q);
  if ("live" in range) {
    params.set("from", `-${range.live}`);
  } else {
    params.set("from", String(range.from_us));
    params.set("to", String(range.to_us));
  }
  return params;
}

// The router reads `?q=500` as a number.
function toText(value: unknown): string | undefined {
  const isText = typeof value === "string" || typeof value === "number";
  return isText ? String(value) || undefined : undefined;
}
