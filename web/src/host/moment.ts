import { queryOptions } from "@tanstack/react-query";
import { request } from "../api/request";
import type { Disk, HostMoment, HostReport, LastValue, MetricAnswer } from "../api/types";
import type { TimeWindow } from "./range";

/** A machine as it reported last before a moment. */
export function momentQuery(agent_id: string, at_us: number) {
  const path = `/console/v1/hosts/${encodeURIComponent(agent_id)}/moment?at=${at_us}`;
  return queryOptions({
    queryKey: ["moment", agent_id, at_us],
    queryFn: ({ signal }) => request<HostMoment>(path, { signal }),
    staleTime: 60_000,
    placeholderData: (previous: HostMoment | undefined, query) =>
      query?.queryKey[1] === agent_id ? previous : undefined,
  });
}

export const PROCESS_METRICS = ["process.cpu_percent", "process.memory_bytes"];
const AROUND_US = 60e6;

/** The span whose last values go with a report. */
export function windowBefore(report_us: number): TimeWindow {
  const to_us = Math.ceil(report_us / 1e6) * 1e6 + 10e6;
  return { from_us: to_us - AROUND_US, to_us };
}

/** The last value of each series of an answer, as of its bucket. */
export function lastOf({ series, from_us, interval_s }: MetricAnswer): LastValue[] {
  return series.flatMap(({ metric, labels, values }) => {
    const index = values.findLastIndex((value) => value !== null);
    const value = values[index];
    if (value === undefined || value === null) return [];
    return [{ metric, labels, value, ts_us: from_us + index * interval_s * 1e6 }];
  });
}

/** Disks as full as the report says; those it does not name are as the inventory says. */
export function disksAt(disks: Disk[] | null, report: HostReport | null): Disk[] | null {
  if (disks === null || report === null) return disks;
  return disks.map((disk) => {
    const percent = report.disk_space[disk.mountpoint];
    if (percent === undefined) return disk;
    return { ...disk, used_bytes: Math.round((disk.total_bytes * percent) / 100) };
  });
}
