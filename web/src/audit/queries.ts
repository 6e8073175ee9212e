import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { request, requestText } from "../api/request";
import type { AuditEvent, AuditRows, AuditSource } from "../api/types";
import { type Filters, spanOf } from "./search";

const PATH = "/console/v1/audit";
const PAGE_ROWS = 100;

export function rowsQuery(filters: Filters) {
  return infiniteQueryOptions({
    queryKey: ["audit", "rows", filters],
    queryFn: ({ signal, pageParam }) => {
      const query = new URLSearchParams({ limit: String(PAGE_ROWS) });
      if (pageParam) query.set("before", String(pageParam));
      const [from_us, to_us] = spanOf(filters, Date.now() * 1000);
      if (from_us !== undefined) query.set("from_us", String(from_us));
      if (to_us !== undefined) query.set("to_us", String(to_us));
      addNames(query, filters);
      return request<AuditRows>(`${PATH}/events?${query}`, { signal });
    },
    initialPageParam: 0,
    getNextPageParam: (last) => last.next_before,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 30_000,
  });
}

export function eventQuery(id: number) {
  return queryOptions({
    queryKey: ["audit", "event", id],
    queryFn: ({ signal }) => request<AuditEvent>(`${PATH}/events/${id}`, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export const sourcesQuery = queryOptions({
  queryKey: ["audit", "sources"],
  queryFn: ({ signal }) => request<AuditSource[]>(`${PATH}/sources`, { signal }),
  staleTime: 30_000,
});

export const CHECKPOINT_PATH = "/audit/checkpoint";

export interface Head {
  note: string;
  origin: string;
  size: number;
}

/** The signed head of the log as it is told: name and size are not verified here. */
export const headQuery = queryOptions({
  queryKey: ["audit", "head"],
  queryFn: async ({ signal }): Promise<Head> => {
    const note = await requestText(CHECKPOINT_PATH, { signal });
    const [origin = "", size = "0"] = note.split("\n");
    return { note, origin, size: Number(size) };
  },
  refetchInterval: 30_000,
});

/** The newest events of a search with their proofs, a line each; the first line is the head they lead to. */
export async function readExport(filters: Filters, { note, size }: Head): Promise<string> {
  const lines = await requestText(exportPath(filters, size), { accept: "application/x-ndjson" });
  return `${JSON.stringify({ checkpoint: note })}\n${lines}`;
}

export function exportPath(filters: Filters, size: number): string {
  const query = new URLSearchParams({ size: String(size), page_size: "1000" });
  const [from_us, to_us] = spanOf(filters, Date.now() * 1000);
  if (from_us !== undefined) query.set("from", String(Math.floor(from_us / 1000)));
  if (to_us !== undefined) query.set("to", String(Math.ceil(to_us / 1000)));
  addNames(query, filters);
  return `/audit/export?${query}`;
}

function addNames(query: URLSearchParams, { q, app, kind }: Filters): void {
  if (app) query.set("application_name", app);
  if (kind) query.set("event_kind", kind);
  if (q) query.set("q", q);
}
