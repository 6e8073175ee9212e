/** The console's part of the API, as the server answers it. Times are Unix microseconds. */

export interface Session {
  name: string;
  is_admin: boolean;
}

export type HostState = "online" | "offline";
export type Values = (number | null)[];

export interface FleetHost {
  agent_id: string;
  hostname: string;
  platform: string;
  agent_version: string;
  address: string;
  state: HostState;
  last_seen_us: number | null;
  cpu_percent: number | null;
  memory_percent: number | null;
  /** The fullest mount. */
  disk_percent: number | null;
  network_bytes_per_s: number | null;
  uptime_s: number | null;
  sparklines: { cpu: Values; memory: Values; network: Values };
}

export interface Fleet {
  server_us: number;
  interval_s: number;
  span_s: number;
  step_s: number;
  hosts: FleetHost[];
}

export interface Agent {
  agent_id: string;
  hostname: string;
  platform: string;
  agent_version: string;
  address: string;
  state: HostState;
  last_seen_us: number | null;
  enrolled_us: number | null;
  skew_us: number | null;
}

export interface HostReport {
  boot_time: number;
  cpu: number;
  date: number;
  disk_space: Record<string, number>;
  memory: number;
  os: {
    machine: string;
    node: string;
    processor: string;
    release: string;
    system: string;
    version: string;
  };
  ports: { inUse: number[]; notInUse: number[] };
  process: Record<string, number[]>;
}

export interface NetworkInterface {
  name: string;
  is_up: boolean;
  mtu: number;
  addresses: string[];
  mac: string;
}

export interface Disk {
  device: string;
  mountpoint: string;
  file_system: string;
  total_bytes: number;
  used_bytes: number;
}

export interface Inventory {
  ts_us: number;
  hostname: string;
  system: string;
  user: string;
  boot_time_s: number;
  utc_offset_s: number;
  outside_address: string;
  environment: Record<string, string>;
  interfaces: NetworkInterface[] | null;
  disks: Disk[] | null;
  memory_total_bytes: number | null;
  memory_used_bytes: number | null;
  memory_percent: number | null;
  cpu_cores: number | null;
  cpu_threads: number | null;
  cpu_mhz: number;
  load: [number, number, number] | null;
  battery: { percent: number; is_plugged: boolean | null } | null;
}

export interface LastValue {
  metric: string;
  labels: Record<string, string>;
  value: number;
  ts_us: number;
}

export interface HostDetail {
  agent: Agent;
  report: HostReport | null;
  inventory: Inventory | null;
  last: LastValue[];
}

export interface MetricSeries {
  agent_id: string;
  metric: string;
  labels: Record<string, string>;
  unit: string;
  /** Value i belongs to from_us + i * interval_s. */
  values: Values;
}

export interface MetricAnswer {
  from_us: number;
  to_us: number;
  interval_s: number;
  series: MetricSeries[];
}
