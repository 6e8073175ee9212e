import type { LastValue } from "../api/types";

export interface ProcessRow {
  name: string;
  pids: number[];
  /** Of one core; only the busiest processes have it. */
  cpu_percent: number | null;
  memory_bytes: number | null;
}

/** The processes of a report with what was measured of them last; the busiest come first. */
export function processRows(
  processes: Record<string, number[]>,
  last: readonly LastValue[],
): ProcessRow[] {
  const cpu = newestByProcess(last, "process.cpu_percent");
  const memory = newestByProcess(last, "process.memory_bytes");
  return Object.entries(processes)
    .map(([name, pids]) => ({
      name,
      pids,
      cpu_percent: cpu.get(name) ?? null,
      memory_bytes: memory.get(name) ?? null,
    }))
    .toSorted(
      (one, other) =>
        (other.cpu_percent ?? -1) - (one.cpu_percent ?? -1) ||
        (other.memory_bytes ?? -1) - (one.memory_bytes ?? -1) ||
        one.name.localeCompare(other.name, "en", { numeric: true }),
    );
}

/** The rows whose name holds the text, or that carry the pid it is. */
export function filterProcesses(rows: readonly ProcessRow[], text: string): readonly ProcessRow[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === "") return rows;
  return rows.filter(
    ({ name, pids }) => name.toLowerCase().includes(wanted) || pids.includes(Number(wanted)),
  );
}

// A process that left the busiest keeps its last value on the server: only the newest look counts.
function newestByProcess(last: readonly LastValue[], metric: string): Map<string, number> {
  const rows = last.filter((row) => row.metric === metric);
  const newest_us = rows.reduce((newest, { ts_us }) => Math.max(newest, ts_us), 0);
  return new Map(
    rows
      .filter(({ ts_us }) => ts_us === newest_us)
      .map(({ labels, value }) => [labels.process ?? "", value]),
  );
}
