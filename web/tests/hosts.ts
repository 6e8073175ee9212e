import type {
  AttentionLine,
  FleetHost,
  HostDetail,
  HostReport,
  Mark,
  Trend,
} from "../src/api/types";
import { type Replies, SIGNED_IN } from "./console";

export const NOW_US = 1_795_245_673e6;

export function makeHost(changes: Partial<FleetHost>): FleetHost {
  return {
    agent_id: "agent-1",
    hostname: "web-1",
    platform: "Debian GNU/Linux 12",
    agent_version: "0.2.0",
    address: "10.0.0.1",
    state: "online",
    last_seen_us: 1_795_245_670_000_000,
    cpu_percent: 12.3,
    memory_percent: 50,
    disk_percent: 91,
    network_bytes_per_s: 2048,
    uptime_s: 3_600,
    ...changes,
  };
}

export function makeDetail(changes: Partial<HostDetail> = {}): HostDetail {
  return {
    agent: {
      agent_id: "agent-1",
      hostname: "web-1",
      platform: "Debian GNU/Linux 12",
      agent_version: "0.2.0",
      address: "10.0.0.1",
      state: "online",
      last_seen_us: 1_795_245_670_000_000,
      enrolled_us: 1_795_000_000_000_000,
      skew_us: 0,
    },
    report: null,
    inventory: null,
    last: [],
    off: [],
    interval_s: 0,
    attention: [],
    ...changes,
  };
}

export function makeReport(): HostReport {
  return {
    boot_time: 1,
    cpu: 1,
    date: 1_795_245_600,
    disk_space: {},
    id: "1",
    memory: 1,
    os: { machine: "", node: "", processor: "", release: "", system: "", version: "" },
    ports: { inUse: [22], notInUse: [] },
    process: {},
  };
}

export function makeMark(changes: Partial<Mark>): Mark {
  return {
    kind: "config",
    ts_us: 1_795_242_100e6,
    until_us: null,
    id: null,
    subject: "",
    state: "",
    detail: "",
    by: "",
    count: 0,
    changes: [],
    ...changes,
  };
}

/** A line of what needs attention. */
export function makeLine(changes: Partial<AttentionLine>): AttentionLine {
  return {
    kind: "silent",
    severity: "critical",
    count: 1,
    subjects: [{ agent_id: "agent-1", hostname: "web-1", runner: "", mountpoint: "", version: "" }],
    since_us: NOW_US - 7_200e6,
    amounts: [],
    reason: "",
    ...changes,
  };
}

const FLAT = { mean: [20, 30], low: [10, null], high: [50, null] };
/** Two minutes of a fleet. */
export const TREND: Trend = {
  step_s: 60,
  cpu: FLAT,
  memory: FLAT,
  disk: FLAT,
  network: [4096, 8192],
};

/** A server with these machines and what of them needs attention. */
export function serverWith(hosts: FleetHost[], lines: AttentionLine[] = []): Replies {
  const online = hosts.filter(({ state }) => state === "online").length;
  const counts = { machines: hosts.length, online };
  return {
    ...SIGNED_IN,
    "GET /console/v1/fleet": { body: { server_us: NOW_US, interval_s: 10, trend: TREND, hosts } },
    "GET /console/v1/fleet/sparklines": {
      body: {
        server_us: NOW_US,
        span_s: 1800,
        step_s: 60,
        machines: hosts.map(({ agent_id }) => ({
          agent_id,
          cpu: [1, null, 2],
          memory: [],
          disk: [50, 50],
          network: [null],
        })),
      },
    },
    "GET /console/v1/attention": {
      body: { server_us: NOW_US, ...counts, lines, left_out: 0, unknown: [] },
    },
  };
}
