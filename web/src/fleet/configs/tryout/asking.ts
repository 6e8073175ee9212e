import { request } from "../../../api/request";

/** Where a field stands in a line, in characters. */
export interface Span {
  name: string;
  start: number;
  end: number;
}

export interface TriedLine {
  raw: string;
  fields: Record<string, unknown> | null;
  error: string | null;
  spans: Span[] | null;
}

export interface DraftError {
  key: string;
  message: string;
  nearest: string | null;
}

export interface Tried {
  lines: TriedLine[];
  columns: string[];
  counts: { read: number; parsed: number; failed: number; filtered: number };
  lines_per_s: number | null;
  errors: DraftError[];
  notes: string[];
}

export interface Rate {
  rows: number;
  parsed: number;
  match_rate: number | null;
  lines_per_s: number | null;
}

export interface Backtested {
  lines: number;
  draft: Rate;
  current: Rate;
  same: number;
  fields: {
    field: string;
    only_draft: number;
    only_current: number;
    differs: number;
    examples: { raw: string; draft: string | null; current: string | null }[];
  }[];
  errors: DraftError[];
  notes: string[];
}

export type Lines = { lines: string[] } | { agent_id: string; max_lines: number };

export function tryDraft(config: unknown, lines: Lines, signal?: AbortSignal): Promise<Tried> {
  const body = { config, ...lines };
  return request<Tried>("/console/v1/tryout", { method: "POST", body, signal });
}

export function backtestDraft(
  config: unknown,
  runner: string,
  asked: { agent_ids: string[]; lines: number },
  signal: AbortSignal,
): Promise<Backtested> {
  const body = { config, runner, ...asked };
  return request<Backtested>("/console/v1/backtest", { method: "POST", body, signal });
}
