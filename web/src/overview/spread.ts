import type { FleetHost } from "../api/types";

export const BARS = 20;

/** How the machines lie by one measure. `bars` are heights between 0 and 1; `share` is where a bar starts. */
export interface Spread {
  mean: number;
  total: number;
  highest: number;
  host: string;
  bars: number[];
}

type Read = (host: FleetHost) => number | null;

/** Counts machines in twentieths of 0-100; null while no machine has a reading. */
export function spreadOf(hosts: readonly FleetHost[], read: Read): Spread | null {
  const sums = summed(hosts, read);
  if (!sums) return null;
  const counts = new Array<number>(BARS).fill(0);
  for (const host of hosts) {
    const value = read(host);
    if (value === null) continue;
    const bar = Math.min(BARS - 1, Math.max(0, Math.floor((value / 100) * BARS)));
    counts[bar] = (counts[bar] ?? 0) + 1;
  }
  const most = Math.max(...counts);
  // The root lets few machines be seen beside many.
  return { ...sums, bars: counts.map((count) => Math.sqrt(count / most)) };
}

/** The busiest machines, the first one the highest; null while no machine has a reading. */
export function busiestOf(hosts: readonly FleetHost[], read: Read): Spread | null {
  const sums = summed(hosts, read);
  if (!sums) return null;
  const values = hosts.map((host) => read(host) ?? 0).sort((one, other) => other - one);
  const top = Math.max(sums.highest, Number.MIN_VALUE);
  const bars = Array.from({ length: BARS }, (_, index) => (values[index] ?? 0) / top);
  return { ...sums, bars };
}

function summed(hosts: readonly FleetHost[], read: Read): Omit<Spread, "bars"> | null {
  let count = 0;
  let total = 0;
  let highest = Number.NEGATIVE_INFINITY;
  let name = "";
  for (const host of hosts) {
    const value = read(host);
    if (value === null) continue;
    count += 1;
    total += value;
    if (value > highest) [highest, name] = [value, host.hostname];
  }
  return count === 0 ? null : { mean: total / count, total, highest, host: name };
}
