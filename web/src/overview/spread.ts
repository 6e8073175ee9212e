import type { FleetHost } from "../api/types";
import type { Metric } from "./Reading";

export const BARS = 20;

/** Measures between 0 and 100 %. */
export const SHARES = ["cpu", "memory", "disk"] as const;
export type Share = (typeof SHARES)[number];

type Read = (host: FleetHost) => number | null;

export const readingOf: Record<Metric, Read> = {
  cpu: ({ cpu_percent }) => cpu_percent,
  memory: ({ memory_percent }) => memory_percent,
  disk: ({ disk_percent }) => disk_percent,
  network: ({ network_bytes_per_s }) => network_bytes_per_s,
};

/** How the machines lie by one measure: `counts` in twentieths of 0-100, `heights` of their bars in 0-1. */
export interface Spread {
  mean: number;
  total: number;
  highest: number;
  worst: FleetHost;
  counts: number[];
  heights: number[];
}

/** Counts machines by one measure; null while no machine has a reading. */
export function spreadOf(hosts: readonly FleetHost[], read: Read): Spread | null {
  const counts = new Array<number>(BARS).fill(0);
  let [total, measured] = [0, 0];
  let highest = Number.NEGATIVE_INFINITY;
  let worst: FleetHost | undefined;
  for (const host of hosts) {
    const value = read(host);
    if (value === null) continue;
    total += value;
    measured += 1;
    const bar = barOf(value);
    counts[bar] = (counts[bar] ?? 0) + 1;
    if (value > highest) [highest, worst] = [value, host];
  }
  if (!worst) return null;
  const most = Math.max(...counts);
  // The root lets few machines be seen beside many.
  const heights = counts.map((count) => Math.sqrt(count / most));
  return { mean: total / measured, total, highest, worst, counts, heights };
}

/** Machines whose measure lies in a span: from the first end to before the other, 100 with it. */
export interface Within {
  metric: Share;
  from: number;
  to: number;
}

/** Reads `cpu:60-65`; null for anything else. */
export function parseWithin(text: string | undefined): Within | null {
  const [, name, from, to] = /^([a-z]+):(\d{1,3})-(\d{1,3})$/.exec(text ?? "") ?? [];
  const metric = SHARES.find((each) => each === name);
  return metric ? { metric, from: Number(from), to: Number(to) } : null;
}

export function isWithin(host: FleetHost, { metric, from, to }: Within): boolean {
  const value = readingOf[metric](host);
  return value !== null && value >= from && (value < to || to >= 100);
}

function barOf(percent: number): number {
  return Math.min(BARS - 1, Math.max(0, Math.floor((percent / 100) * BARS)));
}
