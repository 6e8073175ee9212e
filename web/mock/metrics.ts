import type { MetricAnswer, MetricSeries } from "../src/api/types";
import { wave } from "./wave";

const GIB = 1024 ** 3;
const PERCENT = "percent";
const BYTES = "bytes";
const RATE = "bytes/s";

type Shape = [unit: string, scale: number, floor?: number];

const PLAIN: Record<string, Shape> = {
  "cpu.user_percent": [PERCENT, 45],
  "cpu.system_percent": [PERCENT, 14],
  "cpu.iowait_percent": [PERCENT, 6],
  "cpu.steal_percent": [PERCENT, 1],
  "load.1m": ["", 4],
  "load.5m": ["", 3],
  "load.15m": ["", 2.4],
  "memory.total_bytes": [BYTES, 0, 16 * GIB],
  "memory.used_bytes": [BYTES, 6 * GIB, 5 * GIB],
  "memory.cached_bytes": [BYTES, 2 * GIB, GIB],
  "swap.total_bytes": [BYTES, 0, 2 * GIB],
  "swap.used_bytes": [BYTES, 0.3 * GIB],
  "process.count": ["", 40, 180],
};

const LABELLED: Record<string, [key: string, values: string[], shape: Shape]> = {
  "disk.used_percent": ["mountpoint", ["/", "/srv/data"], [PERCENT, 4, 60]],
  "disk.read_bytes_total": ["device", ["sda", "sdb"], [RATE, 3e7]],
  "disk.written_bytes_total": ["device", ["sda", "sdb"], [RATE, 5e7]],
  "disk.busy_s_total": ["device", ["sda", "sdb"], ["s/s", 0.6]],
  "network.received_bytes_total": ["interface", ["eth0", "eth1"], [RATE, 9e6]],
  "network.sent_bytes_total": ["interface", ["eth0", "eth1"], [RATE, 4e6]],
  "network.receive_errors_total": ["interface", ["eth0", "eth1"], ["/s", 0]],
  "network.send_errors_total": ["interface", ["eth0", "eth1"], ["/s", 0]],
  "network.receive_drops_total": ["interface", ["eth0", "eth1"], ["/s", 0.4]],
  "network.send_drops_total": ["interface", ["eth0", "eth1"], ["/s", 0]],
  "tcp.connections": ["state", ["established", "time_wait", "listen"], ["", 120, 10]],
  "process.cpu_percent": [
    "process",
    ["Nginx", "Postgres", "Python3", "Sshd", "Muster", "<b>Bold</b>", "Redis"],
    [PERCENT, 60],
  ],
  "process.memory_bytes": [
    "process",
    ["Nginx", "Postgres", "Python3", "Muster", "<b>Bold</b>"],
    [BYTES, GIB, 1e8],
  ],
  "temperature.celsius": [
    "sensor",
    ["coretemp Package id 0", "nvme Composite"],
    ["celsius", 30, 38],
  ],
};

/** Answers a metrics query as the server does: aligned buckets, null where there is no data. */
export function makeMetrics(query: URLSearchParams): MetricAnswer {
  const agent_id = query.get("agent") ?? "";
  const from_us = Number(query.get("from"));
  const to_us = Number(query.get("to"));
  const span_s = (to_us - from_us) / 1e6;
  const interval_s = Math.max(10, Math.ceil(span_s / 300 / 10) * 10);
  const start_s = Math.floor(from_us / 1e6 / interval_s) * interval_s;
  const count = Math.ceil((to_us / 1e6 - start_s) / interval_s);
  const make = (metric: string, labels: Record<string, string>, shape: Shape): MetricSeries => ({
    agent_id,
    metric,
    labels,
    unit: shape[0],
    values: Array.from({ length: count }, (_, index) =>
      readShape(agent_id + metric + JSON.stringify(labels), shape, start_s + index * interval_s),
    ),
  });
  const series = query.getAll("metric").flatMap((metric) => {
    const plain = PLAIN[metric];
    if (plain) return [make(metric, {}, plain)];
    const labelled = LABELLED[metric];
    if (!labelled) return [];
    const [key, values, shape] = labelled;
    return values.map((value) => make(metric, { [key]: value }, shape));
  });
  return { from_us: start_s * 1e6, to_us, interval_s, series };
}

function readShape(key: string, [, scale, floor = 0]: Shape, time_s: number): number | null {
  const inHour_s = time_s % 3600;
  if (inHour_s > 1500 && inHour_s < 1740) return null;
  if (key.includes("Redis") && inHour_s > 900) return null;
  return floor + wave(key, time_s) ** 2 * scale;
}
