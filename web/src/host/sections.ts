import type { ChartSpec, LineSource } from "../charts/lines";

/** The charts of the host page. Each section is one request; see model/metric.py for the names. */
export interface Section {
  title: string;
  charts: readonly ChartSpec[];
}

export const SECTIONS: readonly Section[] = [
  {
    title: "Processor",
    charts: [
      {
        id: "cpu",
        title: "CPU",
        isStacked: true,
        top: 10,
        sources: [
          named("cpu.user_percent", "user"),
          named("cpu.system_percent", "system"),
          named("cpu.iowait_percent", "iowait"),
          named("cpu.steal_percent", "steal"),
        ],
      },
      {
        id: "load",
        title: "Load",
        top: 1,
        sources: [named("load.1m", "1m"), named("load.5m", "5m"), named("load.15m", "15m")],
      },
    ],
  },
  {
    title: "Memory",
    charts: [
      {
        id: "memory",
        title: "Memory",
        sources: [
          named("memory.used_bytes", "used"),
          named("memory.cached_bytes", "cached"),
          limit("memory.total_bytes", "total"),
        ],
      },
      {
        id: "swap",
        title: "Swap",
        quietText: "This machine has no swap.",
        sources: [named("swap.used_bytes", "used"), limit("swap.total_bytes", "total")],
      },
    ],
  },
  {
    title: "Disks",
    charts: [
      {
        id: "disk-usage",
        title: "Disk usage",
        top: 100,
        sources: [by("disk.used_percent", "mountpoint")],
      },
      {
        id: "disk-io",
        title: "Disk I/O",
        dropsZero: true,
        quietText: "Nothing was read or written in this range.",
        sources: [
          by("disk.read_bytes_total", "device", "read"),
          by("disk.written_bytes_total", "device", "written"),
        ],
      },
      {
        id: "disk-busy",
        title: "Disk busy",
        unit: "percent",
        factor: 100,
        top: 10,
        isOptional: true,
        sources: [by("disk.busy_s_total", "device")],
      },
    ],
  },
  {
    title: "Network",
    charts: [
      {
        id: "network",
        title: "Traffic",
        dropsZero: true,
        quietText: "No traffic in this range.",
        sources: [
          by("network.received_bytes_total", "interface", "received"),
          by("network.sent_bytes_total", "interface", "sent"),
        ],
      },
      {
        id: "network-faults",
        title: "Errors and drops",
        unit: "/s",
        dropsZero: true,
        quietText: "No errors and no drops in this range.",
        sources: [
          by("network.receive_errors_total", "interface", "receive errors"),
          by("network.send_errors_total", "interface", "send errors"),
          by("network.receive_drops_total", "interface", "receive drops"),
          by("network.send_drops_total", "interface", "send drops"),
        ],
      },
      {
        id: "tcp",
        title: "TCP connections",
        unit: "",
        dropsZero: true,
        quietText: "No TCP connections in this range.",
        sources: [by("tcp.connections", "state")],
      },
    ],
  },
  {
    title: "Processes",
    charts: [
      {
        id: "process-cpu",
        title: "CPU by process, of one core",
        sources: [by("process.cpu_percent", "process")],
      },
      {
        id: "process-memory",
        title: "Memory by process",
        sources: [by("process.memory_bytes", "process")],
      },
      {
        id: "process-count",
        title: "Number of processes",
        unit: "",
        sources: [named("process.count", "processes")],
      },
      {
        id: "temperature",
        title: "Temperature",
        unit: "celsius",
        isOptional: true,
        sources: [by("temperature.celsius", "sensor")],
      },
    ],
  },
];

/** The metrics that a section asks for. */
export function metricsOf(section: Section): string[] {
  return section.charts.flatMap(({ sources }) => sources.map(({ metric }) => metric));
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
