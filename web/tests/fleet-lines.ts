import type { AgentLine, RunnerLine } from "../src/fleet/types";

export function makeAgent(changes: Partial<AgentLine> = {}): AgentLine {
  return {
    id: "agent-1",
    hostname: "web-1",
    address: "10.0.0.1",
    platform: "Debian GNU/Linux 12",
    state: "online",
    last_seen_us: 1_795_245_670_000_000,
    version: "0.2.0",
    tags: [],
    is_applied: true,
    runners: { wanted: 0, running: 0, stopped: 0, failed: 0, unknown: 0 },
    rows: { collected: 10, acknowledged: 10, waiting: 0, lost: 0 },
    upgrade: "current",
    upgrade_to: "",
    upgrade_reason: "",
    ...changes,
  };
}

export function makeRunner(changes: Partial<RunnerLine> = {}): RunnerLine {
  return {
    name: "nginx",
    agent_id: "agent-1",
    hostname: "web-1",
    is_online: true,
    kind: "tailx",
    wanted: "running",
    is_built_in: false,
    config_us: 1_795_245_000_000_000,
    status: {
      name: "nginx",
      state: "running",
      config_us: 1_795_245_000_000_000,
      epoch: 0,
      reason: "",
      since_us: 0,
      read: 12,
      failed: 0,
      filtered: 0,
      spooled: 12,
      lag_bytes: 0,
      errors: [],
    },
    ...changes,
  };
}
