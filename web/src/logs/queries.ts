import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { request } from "../api/request";
import { type Asked, toParams } from "./search";
import { fieldOfName } from "./terms";
import type { LogContext, LogFields, LogHistogram, LogPage, LogValues } from "./types";

const PATH = "/console/v1/logs";
/** Columns of each row that are no fields. */
const ORIGIN = new Set(["agent", "runner", "source", "level"]);
/** The first rows are few, to be there at once; those that follow are read ahead of the reader. */
const ROWS = { first: 500, more: 1_000 };
const STANDING = { staleTime: Number.POSITIVE_INFINITY, gcTime: 30_000 };

/** How often a question was asked anew; the key of its answers. */
export type Run = number;

export function rowsQuery(asked: Asked, run: Run) {
  return infiniteQueryOptions({
    queryKey: ["logs", "rows", asked, run],
    queryFn: ({ signal, pageParam }) => {
      const params = toParams(asked);
      if (pageParam) params.set("before", pageParam);
      params.set("limit", String(pageParam ? ROWS.more : ROWS.first));
      return request<LogPage>(`${PATH}?${params}`, { signal });
    },
    initialPageParam: "",
    getNextPageParam: (last) => last.next,
    ...STANDING,
  });
}

export function histogramQuery(asked: Asked, run: Run) {
  return queryOptions({
    queryKey: ["logs", "histogram", asked, run],
    queryFn: ({ signal }) =>
      request<LogHistogram>(`${PATH}/histogram?${toParams(asked)}`, { signal }),
    ...STANDING,
    // The last picture stays until the next is here.
    placeholderData: keepPreviousData,
  });
}

export function fieldsQuery(asked: Asked, run: Run) {
  return queryOptions({
    queryKey: ["logs", "fields", asked, run],
    queryFn: ({ signal }) =>
      request<LogFields>(`${PATH}/fields?${toParams(asked)}&limit=300`, { signal }),
    ...STANDING,
    placeholderData: keepPreviousData,
  });
}

export function valuesQuery(asked: Asked, field: string, prefix = "", limit = 10) {
  return queryOptions({
    queryKey: ["logs", "values", asked, field, prefix, limit],
    queryFn: ({ signal }) => {
      const params = toParams(asked);
      params.set("field", field);
      params.set("limit", String(limit));
      if (prefix) params.set("prefix", prefix);
      return request<LogValues>(`${PATH}/values?${params}`, { signal });
    },
    staleTime: 20_000,
    retry: false,
  });
}

export function contextQuery(id: string, rows: number) {
  return queryOptions({
    queryKey: ["logs", "context", id, rows],
    queryFn: ({ signal }) => {
      const params = new URLSearchParams({ id, before: String(rows), after: String(rows) });
      return request<LogContext>(`${PATH}/context?${params}`, { signal });
    },
    placeholderData: keepPreviousData,
  });
}

/** The rows that arrived after a page was answered, the newest first. */
export function requestLater(asked: Asked, prev: string): Promise<LogPage> {
  const params = toParams({ ...asked, range: { live: "1h" } });
  params.set("after", prev);
  params.set("limit", "1000");
  return request<LogPage>(`${PATH}?${params}`);
}

export function tailPath({ q }: Asked): string {
  return q ? `${PATH}/tail?${new URLSearchParams({ query: q })}` : `${PATH}/tail`;
}

/** Fields that are columns on the page are columns of CSV too. */
export function exportPath(
  asked: Asked,
  format: "ndjson" | "csv",
  columns: readonly string[] = [],
): string {
  const params = toParams(asked);
  params.set("format", format);
  const fields = columns.filter((name) => !ORIGIN.has(name)).map(fieldOfName);
  if (format === "csv") for (const field of fields) params.append("column", field);
  return `${PATH}/export?${params}`;
}
