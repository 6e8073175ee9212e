import type { FleetHost } from "../api/types";

export const SORT_KEYS = ["name", "state", "cpu", "memory", "disk", "network", "uptime"] as const;
export type SortKey = (typeof SORT_KEYS)[number];
export type Order = "asc" | "desc";

const names = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

const READ: Record<Exclude<SortKey, "name">, (host: FleetHost) => number | null> = {
  state: (host) => (host.state === "online" ? 1 : 0),
  cpu: (host) => host.cpu_percent,
  memory: (host) => host.memory_percent,
  disk: (host) => host.disk_percent,
  network: (host) => host.network_bytes_per_s,
  uptime: (host) => host.uptime_s,
};

/** The order that a first click on a column gives: names rise, the largest values come first. */
export function firstOrder(key: SortKey): Order {
  return key === "name" || key === "state" ? "asc" : "desc";
}

/** Returns the machines in order; those without a value come last either way, then by name. */
export function sortHosts(hosts: readonly FleetHost[], key: SortKey, order: Order): FleetHost[] {
  const sign = order === "asc" ? 1 : -1;
  if (key === "name") return hosts.toSorted((one, other) => sign * compareNames(one, other));
  const read = READ[key];
  return hosts.toSorted((one, other) => {
    const left = read(one);
    const right = read(other);
    if (left === right) return compareNames(one, other);
    if (left === null) return 1;
    if (right === null) return -1;
    return sign * (left - right);
  });
}

/** Returns the machines that hold every word of `text` in name, address, platform, version or state. */
export function filterHosts(hosts: readonly FleetHost[], text: string): readonly FleetHost[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return hosts;
  return hosts.filter((host) => {
    const content = [host.hostname, host.address, host.platform, host.agent_version, host.state]
      .join("\n")
      .toLowerCase();
    return words.every((word) => content.includes(word));
  });
}

/** How many machines there are, by state. */
export function countStates(hosts: readonly FleetHost[]) {
  const online = hosts.filter((host) => host.state === "online").length;
  return { all: hosts.length, online, offline: hosts.length - online };
}

function compareNames(one: FleetHost, other: FleetHost): number {
  return names.compare(one.hostname, other.hostname) || (one.agent_id < other.agent_id ? -1 : 1);
}
