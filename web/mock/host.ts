import type { HostDetail, HostReport, Inventory, LastValue } from "../src/api/types";
import { findHost } from "./fleet";
import { hash, wave } from "./wave";

const GIB = 1024 ** 3;
const PROCESSES = ["Nginx", "Postgres", "Python3", "Sshd", "Systemd", "Muster", "<b>Bold</b>"];

/** All about one machine; undefined when there is none of this id. */
export function makeDetail(
  agent_id: string,
  count: number,
  now_us: number,
): HostDetail | undefined {
  const host = findHost(agent_id, count, now_us);
  if (!host) return undefined;
  const isNew = host.cpu_percent === null && host.state === "online";
  return {
    agent: {
      agent_id,
      hostname: host.hostname,
      platform: host.platform,
      agent_version: host.agent_version,
      address: host.address,
      state: host.state,
      last_seen_us: host.last_seen_us,
      enrolled_us: now_us - 40 * 86_400e6,
      skew_us: hash(agent_id) % 4 === 0 ? 92_000_000 : 12_000,
    },
    report: isNew ? null : makeReport(agent_id, now_us),
    inventory: isNew ? null : makeInventory(host.hostname, now_us),
    attention: [],
    last: isNew ? [] : makeLast(agent_id, now_us),
    off: [],
    interval_s: 0,
  };
}

function makeReport(agent_id: string, now_us: number): HostReport {
  const process: Record<string, number[]> = {};
  for (const [index, name] of PROCESSES.entries()) {
    process[name] = Array.from({ length: 1 + (index % 4) * 3 }, (_, pid) => 900 + index * 40 + pid);
  }
  for (let index = 0; index < 150; index++) process[`Kworker-${index}`] = [20 + index];
  return {
    boot_time: Math.floor(now_us / 1e6) - 320_000,
    cpu: 12.3,
    date: Math.floor(now_us / 1e6),
    id: agent_id,
    disk_space: { "/": 43.1, "/srv/data": 81.7 },
    memory: 51.2,
    os: {
      machine: "x86_64",
      node: agent_id,
      processor: "",
      release: "6.1.0-28-amd64",
      system: "Linux",
      version: "#1 SMP PREEMPT_DYNAMIC Debian 6.1.119-1",
    },
    ports: { inUse: [22, 80, 443, 5432], notInUse: [21, 25, 3306, 6379, 8080] },
    process,
  };
}

function makeInventory(hostname: string, now_us: number): Inventory {
  return {
    ts_us: now_us - 20e6,
    hostname,
    system: "Linux-6.1.0-28-amd64-x86_64-with-glibc2.36",
    user: "root",
    boot_time_s: Math.floor(now_us / 1e6) - 320_000,
    utc_offset_s: 3600,
    outside_address: "203.0.113.17",
    environment: {
      HOME: "/root",
      LANG: "en_US.UTF-8",
      PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      DATABASE_PASSWORD: "***",
      MOTD: "<img src=x onerror=alert(1)>",
    },
    interfaces: [
      {
        name: "eth0",
        is_up: true,
        mtu: 1500,
        addresses: ["10.0.0.12", "fe80::5054:ff:fe12:3456"],
        masks: ["255.255.255.0", "ffff:ffff:ffff:ffff::"],
        mac: "52:54:00:12:34:56",
      },
      { name: "eth1", is_up: false, mtu: 1500, addresses: [], masks: [], mac: "52:54:00:12:34:57" },
      {
        name: "lo",
        is_up: true,
        mtu: 65536,
        addresses: ["127.0.0.1", "::1"],
        masks: ["255.0.0.0", ""],
        mac: "",
      },
    ],
    disks: [
      {
        device: "/dev/sda1",
        mountpoint: "/",
        file_system: "ext4",
        total_bytes: 80 * GIB,
        used_bytes: 34.5 * GIB,
      },
      {
        device: "/dev/sdb1",
        mountpoint: "/srv/data",
        file_system: "xfs",
        total_bytes: 2000 * GIB,
        used_bytes: 1634 * GIB,
      },
    ],
    memory_total_bytes: 16 * GIB,
    memory_used_bytes: 8.2 * GIB,
    memory_percent: 51.2,
    cpu_cores: 4,
    cpu_threads: 8,
    cpu_mhz: 3800,
    cpu_model: "AMD EPYC 7543",
    cpu_cache_bytes: null,
    cpu_sockets: 1,
    kernel: "6.1.0-28-amd64",
    kernel_version: "",
    platform: "debian",
    platform_version: "12",
    load: [0.84, 0.71, 0.66],
    battery: null,
  };
}

function makeLast(agent_id: string, now_us: number): LastValue[] {
  const rows: LastValue[] = PROCESSES.slice(0, 5).flatMap((process) => {
    const labels = { process };
    const busy = wave(agent_id + process, now_us / 1e6);
    return [
      { metric: "process.cpu_percent", labels, value: busy * 40, ts_us: now_us },
      { metric: "process.memory_bytes", labels, value: busy * 900e6, ts_us: now_us },
    ];
  });
  rows.push({ metric: "cpu.used_percent", labels: {}, value: 12.3, ts_us: now_us });
  rows.push({ metric: "system.uptime_s", labels: {}, value: 320_000, ts_us: now_us });
  return rows;
}
