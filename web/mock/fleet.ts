import type { Fleet, FleetHost, Overall, SparklinePage, Trend, Values } from "../src/api/types";
import { hash, wave } from "./wave";

const NAMES = [
  "web-1",
  "web-2",
  "web-10",
  "db-primary",
  "db-replica",
  "cache-1",
  "build-runner-7",
  "edge-fra-2",
  "mail",
  "backup.internal.example",
  "<script>alert(1)</script>",
  "a-machine-with-a-very-long-name-that-somebody-chose-in-a-hurry.eu-central.example.org",
];
const PLATFORMS = ["Debian GNU/Linux 12", "Ubuntu 24.04", "macOS 15.1", "Alpine Linux 3.20"];
const SPARK_POINTS = 30;
const STEP_S = 60;

/** The machines of the mock; their number is set by MOCK_HOSTS. */
export function makeFleet(count: number, now_us: number): Fleet {
  return {
    server_us: now_us,
    interval_s: 10,
    trend: makeTrend(),
    hosts: Array.from({ length: count }, (_, index) => makeHost(index, now_us)),
  };
}

function makeTrend(): Trend {
  const line = (middle: number, width: number) =>
    Array.from({ length: SPARK_POINTS - 1 }, (_, at) => middle + width * Math.sin(at / 5));
  const band = (middle: number) => ({
    mean: line(middle, 4),
    low: line(middle / 3, 2),
    high: line((middle + 200) / 3, 6),
  });
  return {
    step_s: STEP_S,
    cpu: band(35),
    memory: band(55),
    disk: band(62),
    network: line(4e7, 1e7),
  };
}

/** One machine by its id. */
export function findHost(agent_id: string, count: number, now_us: number): FleetHost | undefined {
  const index = Number(agent_id.slice("agent-".length));
  return Number.isInteger(index) && index < count ? makeHost(index, now_us) : undefined;
}

function makeHost(index: number, now_us: number): FleetHost {
  const agent_id = `agent-${String(index).padStart(5, "0")}`;
  const isOnline = index % 12 !== 8;
  const now_s = now_us / 1e6;
  const isNew = index % 12 === 9;
  const read = (key: string, scale: number) =>
    isOnline && !isNew ? wave(agent_id + key, now_s) * scale : null;
  return {
    agent_id,
    hostname: NAMES[index] ?? `node-${index + 1}`,
    platform: PLATFORMS[hash(agent_id) % PLATFORMS.length] ?? "",
    agent_version: index % 5 === 3 ? "0.1.0" : "0.2.0",
    address: `10.0.${index >> 8}.${index & 255}`,
    state: isOnline ? "online" : "offline",
    last_seen_us: isOnline ? now_us - (index % 9) * 1e6 : now_us - 7_400 * 1e6,
    cpu_percent: read("cpu", 70 + (index % 3) * 15),
    memory_percent: read("memory", 90),
    disk_percent: isNew ? null : (hash(`${agent_id}disk`) % 980) / 10,
    network_bytes_per_s: read("network", 4e7 / (1 + (index % 7) ** 2)),
    uptime_s: isOnline ? (hash(`${agent_id}up`) % 9_000_000) + 120 : null,
  };
}

/** The last half hour of the machines with these ids. */
export function makeSparklines(ids: readonly string[], now_us: number): SparklinePage {
  const now_s = now_us / 1e6;
  const line = (key: string, scale: number) => spark(key, scale, now_s);
  return {
    server_us: now_us,
    span_s: SPARK_POINTS * STEP_S,
    step_s: STEP_S,
    machines: ids.map((agent_id) => ({
      agent_id,
      cpu: line(`${agent_id}cpu`, 85),
      memory: line(`${agent_id}memory`, 90),
      disk: line(`${agent_id}disk`, 60),
      network: line(`${agent_id}network`, 4e7),
    })),
  };
}

/** What of the made-up machines needs a person. */
export function makeOverall(count: number, now_us: number): Overall {
  const hosts = makeFleet(count, now_us).hosts;
  const silent = hosts.filter(({ state }) => state === "offline");
  return {
    server_us: now_us,
    machines: hosts.length,
    online: hosts.length - silent.length,
    left_out: 0,
    unknown: [],
    lines: silent.slice(0, 3).map(({ agent_id, hostname, last_seen_us }) => ({
      kind: "silent",
      severity: "critical",
      count: 1,
      subjects: [{ agent_id, hostname, runner: "", mountpoint: "", version: "" }],
      since_us: last_seen_us,
      amounts: [],
      reason: "",
    })),
  };
}

function spark(key: string, scale: number, now_s: number): Values {
  const end_s = Math.floor(now_s / STEP_S) * STEP_S;
  return Array.from({ length: SPARK_POINTS }, (_, index) => {
    if (hash(key) % 5 === 0 && index > 8 && index < 13) return null;
    return wave(key, end_s - (SPARK_POINTS - index) * STEP_S) * scale;
  });
}
