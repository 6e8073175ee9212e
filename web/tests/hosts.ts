import type { FleetHost, HostDetail, HostReport } from "../src/api/types";

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
    sparklines: { cpu: [1, null, 2], memory: [], network: [null] },
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
