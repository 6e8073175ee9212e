import { clampWindow, DEFAULT_PRESET, PRESET_NAMES, type Preset, type Range } from "./range";

export const TABS = [
  "processes",
  "ports",
  "disks",
  "interfaces",
  "inventory",
  "environment",
] as const;
export type Tab = (typeof TABS)[number];

/** What charts are compared with: the span just before, or the same one a day or a week earlier. */
export const COMPARISONS = ["previous", "day", "week"] as const;
export type Comparison = (typeof COMPARISONS)[number];

/**
 * What the address of the host page keeps. `from` and `to` in Unix microseconds outrank `range`, which
 * is then the span that one comes back to.
 */
export interface HostSearch {
  range?: Preset;
  from?: number;
  to?: number;
  tab?: Tab;
  compare?: Comparison;
  /** The moment whose report is shown, in Unix microseconds; now, when there is none. */
  at?: number;
  /** The marks of the timeline as a list, too. */
  marks?: "list";
  /** The chart that is enlarged. */
  chart?: string;
  /** The marks are not drawn through the charts. */
  lines?: "off";
  /** The version of the inventory that is open, and the one it is compared with. */
  look?: number;
  against?: number;
}

export function parseHostSearch(search: Record<string, unknown>): HostSearch {
  const parsed: HostSearch = {
    tab: TABS.find((tab) => tab === search.tab),
    compare: COMPARISONS.find((each) => each === search.compare),
    at: toMicroseconds(search.at) ?? undefined,
    marks: search.marks === "list" ? "list" : undefined,
    chart: typeof search.chart === "string" ? search.chart : undefined,
    range: PRESET_NAMES.find((name) => name === search.range),
    lines: search.lines === "off" ? "off" : undefined,
    look: toId(search.look),
    against: toId(search.against),
  };
  const from = toMicroseconds(search.from);
  const to = toMicroseconds(search.to);
  if (from !== null && to !== null && from < to) {
    const { from_us, to_us } = clampWindow({ from_us: from, to_us: to });
    return { ...parsed, from: from_us, to: to_us };
  }
  return parsed;
}

export function toRange({ range, from, to }: HostSearch): Range {
  if (from !== undefined && to !== undefined) return { from_us: from, to_us: to };
  return { live: range ?? DEFAULT_PRESET };
}

/** The span that moves on: the last one that was chosen. */
export function liveRange({ range }: HostSearch): Range {
  return { live: range ?? DEFAULT_PRESET };
}

export function fromRange(range: Range): Pick<HostSearch, "range" | "from" | "to"> {
  if ("live" in range) {
    return {
      range: range.live === DEFAULT_PRESET ? undefined : range.live,
      from: undefined,
      to: undefined,
    };
  }
  return { range: undefined, from: range.from_us, to: range.to_us };
}

function toMicroseconds(value: unknown): number | null {
  const isMoment = typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
  return isMoment && value < 253_402_300_800e6 ? value : null;
}

function toId(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : undefined;
}
