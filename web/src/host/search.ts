import { clampWindow, DEFAULT_PRESET, PRESET_NAMES, type Preset, type Range } from "./range";

export const TABS = ["processes", "ports", "disks", "interfaces", "environment"] as const;
export type Tab = (typeof TABS)[number];

/** What the address of the host page keeps. `from` and `to` in Unix microseconds outrank `range`. */
export interface HostSearch {
  range?: Preset;
  from?: number;
  to?: number;
  tab?: Tab;
}

export function parseHostSearch(search: Record<string, unknown>): HostSearch {
  const parsed: HostSearch = { tab: TABS.find((tab) => tab === search.tab) };
  const from = toMicroseconds(search.from);
  const to = toMicroseconds(search.to);
  if (from !== null && to !== null && from < to) {
    const { from_us, to_us } = clampWindow({ from_us: from, to_us: to });
    return { ...parsed, from: from_us, to: to_us };
  }
  return { ...parsed, range: PRESET_NAMES.find((name) => name === search.range) };
}

export function toRange({ range, from, to }: HostSearch): Range {
  if (from !== undefined && to !== undefined) return { from_us: from, to_us: to };
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
