/** What the address of the audit page keeps. `from` and `to` in Unix microseconds outrank `last`. */
export interface AuditSearch {
  q?: string;
  app?: string;
  kind?: string;
  last?: Last;
  from?: number;
  to?: number;
  /** The event that is open. */
  event?: number;
}

const LAST_S = { "24h": 86_400, "7d": 604_800, "30d": 2_592_000 } as const;
export type Last = keyof typeof LAST_S;
export const LASTS = Object.keys(LAST_S) as Last[];

const MAX_TEXT = 256;

export function parseAuditSearch(search: Record<string, unknown>): AuditSearch {
  const [from, to] = [toMoment(search.from), toMoment(search.to)];
  const isWindow = from !== undefined && to !== undefined && from < to;
  return {
    q: toText(search.q)?.slice(0, MAX_TEXT),
    app: toText(search.app),
    kind: toText(search.kind),
    last: isWindow ? undefined : LASTS.find((each) => each === search.last),
    from: isWindow ? from : undefined,
    to: isWindow ? to : undefined,
    event: toMoment(search.event) || undefined,
  };
}

/** Which events are asked for. */
export type Filters = Omit<AuditSearch, "event">;

export function toFilters({ q, app, kind, last, from, to }: AuditSearch): Filters {
  return { q, app, kind, last, from, to };
}

export function hasFilters(filters: Filters): boolean {
  return Object.values(filters).some((value) => value !== undefined);
}

/** The beginning and end of the time asked for. */
export function spanOf({ last, from, to }: Filters, now_us: number): [number?, number?] {
  return last ? [now_us - LAST_S[last] * 1e6] : [from, to];
}

// The router reads `?q=500` as a number.
function toText(value: unknown): string | undefined {
  const isText = typeof value === "string" || typeof value === "number";
  return isText ? String(value) || undefined : undefined;
}

function toMoment(value: unknown): number | undefined {
  const isMoment = typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
  return isMoment ? value : undefined;
}
