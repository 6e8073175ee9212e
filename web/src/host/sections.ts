import type { LastValue } from "../api/types";
import type { ChartSpec, LineSource } from "../charts/lines";
import { text } from "../text";

const { charts, lines, sections } = text.host;

/** The charts of the host page. Each section is one request; see model/metric.py for the names. */
export interface Section {
  /** The id of its element. */
  id: string;
  title: string;
  charts: readonly ChartSpec[];
}

export const SECTIONS: readonly Section[] = [
  {
    id: "processor",
    title: sections.processor,
    charts: [
      {
        id: "cpu",
        title: charts.cpu,
        isStacked: true,
        top: 10,
        sources: [
          named("cpu.user_percent", lines.user),
          named("cpu.system_percent", lines.system),
          named("cpu.iowait_percent", lines.iowait),
          named("cpu.steal_percent", lines.steal),
        ],
      },
      {
        id: "load",
        title: charts.load,
        top: 1,
        sources: [named("load.1m", "1m"), named("load.5m", "5m"), named("load.15m", "15m")],
      },
      {
        id: "cores",
        title: charts.cores,
        top: 10,
        isOptional: true,
        sources: [
          {
            metric: "cpu.core_percent",
            label: ({ core, ...labels }) =>
              core === undefined ? Object.values(labels).join(" ") : lines.core(core),
          },
        ],
      },
    ],
  },
  {
    id: "memory",
    title: sections.memory,
    charts: [
      {
        id: "memory",
        title: charts.memory,
        sources: [
          named("memory.used_bytes", lines.used),
          named("memory.cached_bytes", lines.cached),
          named("memory.available_bytes", lines.available),
          limit("memory.total_bytes", lines.total),
        ],
      },
      {
        id: "swap",
        title: charts.swap,
        quietText: charts.noSwap,
        sources: [named("swap.used_bytes", lines.used), limit("swap.total_bytes", lines.total)],
      },
    ],
  },
  {
    id: "disks",
    title: sections.disks,
    charts: [
      {
        id: "disk-usage",
        title: charts.diskUsage,
        top: 100,
        sources: [by("disk.used_percent", "mountpoint")],
      },
      {
        id: "disk-io",
        title: charts.diskIo,
        dropsZero: true,
        quietText: charts.noDiskIo,
        sources: [
          by("disk.read_bytes_total", "device", lines.read),
          by("disk.written_bytes_total", "device", lines.written),
        ],
      },
      {
        id: "disk-operations",
        title: charts.diskOperations,
        unit: "/s",
        dropsZero: true,
        isOptional: true,
        quietText: charts.noDiskIo,
        sources: [
          by("disk.reads_total", "device", lines.reads),
          by("disk.writes_total", "device", lines.writes),
        ],
      },
      {
        id: "disk-busy",
        title: charts.diskBusy,
        unit: "percent",
        factor: 100,
        top: 10,
        isOptional: true,
        sources: [by("disk.busy_s_total", "device")],
      },
    ],
  },
  {
    id: "network",
    title: sections.network,
    charts: [
      {
        id: "network",
        title: charts.traffic,
        dropsZero: true,
        quietText: charts.noTraffic,
        sources: [
          by("network.received_bytes_total", "interface", lines.received),
          by("network.sent_bytes_total", "interface", lines.sent),
        ],
      },
      {
        id: "network-packets",
        title: charts.packets,
        unit: "/s",
        dropsZero: true,
        isOptional: true,
        quietText: charts.noTraffic,
        sources: [
          by("network.received_packets_total", "interface", lines.received),
          by("network.sent_packets_total", "interface", lines.sent),
        ],
      },
      {
        id: "network-faults",
        title: charts.faults,
        unit: "/s",
        dropsZero: true,
        quietText: charts.noFaults,
        sources: [
          by("network.receive_errors_total", "interface", lines.receiveErrors),
          by("network.send_errors_total", "interface", lines.sendErrors),
          by("network.receive_drops_total", "interface", lines.receiveDrops),
          by("network.send_drops_total", "interface", lines.sendDrops),
        ],
      },
      {
        id: "tcp",
        title: charts.tcp,
        unit: "",
        dropsZero: true,
        quietText: charts.noTcp,
        sources: [by("tcp.connections", "state")],
      },
    ],
  },
  {
    id: "processes",
    title: sections.processes,
    charts: [
      {
        id: "process-cpu",
        title: charts.processCpu,
        sources: [by("process.cpu_percent", "process")],
      },
      {
        id: "process-memory",
        title: charts.processMemory,
        sources: [by("process.memory_bytes", "process")],
      },
      {
        id: "process-count",
        title: charts.processCount,
        unit: "",
        sources: [named("process.count", lines.processes)],
      },
    ],
  },
  {
    id: "hardware",
    title: sections.hardware,
    charts: [
      {
        id: "temperature",
        title: charts.temperature,
        unit: "celsius",
        isOptional: true,
        sources: [by("temperature.celsius", "sensor")],
      },
      {
        id: "battery",
        title: charts.battery,
        top: 100,
        isOptional: true,
        sources: [by("battery.percent", "battery")],
      },
    ],
  },
];

/** Told in the header, or by another chart. */
const NOT_DRAWN: ReadonlySet<string> = new Set([
  "cpu.used_percent",
  "memory.used_percent",
  "disk.total_bytes",
  "disk.used_bytes",
  "system.uptime_s",
]);

const KNOWN: ReadonlySet<string> = new Set(SECTIONS.flatMap(metricsOf));

/**
 * The sections of a machine: those of every one, and a chart for each other metric. Metrics whose names
 * begin with the same word are a section.
 */
export function sectionsOf(others: readonly string[]): readonly Section[] {
  if (others.length === 0) return SECTIONS;
  const families = new Map<string, string[]>();
  for (const metric of others) {
    const family = metric.split(".")[0] ?? metric;
    families.set(family, [...(families.get(family) ?? []), metric]);
  }
  const added: Section[] = [];
  const rest: string[] = [];
  for (const [family, metrics] of families) {
    if (metrics.length === 1) rest.push(...metrics);
    else added.push({ id: `metrics-${family}`, title: family, charts: metrics.map(chartOf) });
  }
  if (rest.length > 0)
    added.push({ id: "others", title: sections.others, charts: rest.map(chartOf) });
  return [...SECTIONS, ...added];
}

/** The charts of a section that a machine with these metrics has. */
export function shownCharts({ charts }: Section, measured: ReadonlySet<string>): ChartSpec[] {
  return charts.filter(
    ({ isOptional, sources }) => !isOptional || sources.some(({ metric }) => measured.has(metric)),
  );
}

/** A chart by its id, with the section that it is in. */
export function chartIn(sections: readonly Section[], id: string | undefined) {
  for (const section of sections) {
    const spec = section.charts.find((chart) => chart.id === id);
    if (spec) return { section, spec };
  }
  return undefined;
}

/** The metrics that no section of every machine draws, of those that were measured last. */
export function otherMetrics(last: readonly LastValue[]): string[] {
  const measured = new Set(last.map(({ metric }) => metric));
  return [...measured].filter((name) => !KNOWN.has(name) && !NOT_DRAWN.has(name)).toSorted();
}

/** The metrics that a section asks for. */
export function metricsOf(section: Section): string[] {
  return section.charts.flatMap(({ sources }) => sources.map(({ metric }) => metric));
}

function chartOf(metric: string): ChartSpec {
  const label = (labels: Record<string, string>) => Object.values(labels).join(" ") || metric;
  return { id: metric, title: metric, sources: [{ metric, label }] };
}

function named(metric: string, label: string): LineSource {
  return { metric, label: () => label };
}

function limit(metric: string, label: string): LineSource {
  return { metric, label: () => label, isLimit: true };
}

/** A line for each value of a label; `what` tells the lines of two metrics apart. */
function by(metric: string, key: string, what?: string): LineSource {
  return {
    metric,
    label: (labels) => {
      const name = labels[key] ?? "";
      return what ? `${name} ${what}` : name;
    },
  };
}
