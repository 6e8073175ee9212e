import type { HostDetail } from "../api/types";
import { formatBytes } from "../format/bytes";
import { formatDuration } from "../format/duration";
import { formatNumber } from "../format/number";
import { formatPercent } from "../format/percent";
import { formatMoment } from "../format/time";
import { text } from "../text";

const words = text.host.facts;

export interface Fact {
  name: string;
  value: string;
  isWarning?: boolean;
  /** Worth a place beside the name; the others are told when somebody asks. */
  isMain?: boolean;
}

const WORTH_SAYING_SKEW_US = 5e6;

/** What is known of a machine, as short lines; what is not known is left out. */
export function hostFacts({ agent, report, inventory }: HostDetail, now_us: number): Fact[] {
  const boot_s = inventory?.boot_time_s ?? report?.boot_time ?? null;
  const facts: (Fact | null)[] = [
    main(words.system, systemText(agent.platform || inventory?.system || "", report?.os.release)),
    main(words.processor, inventory && processorText(inventory)),
    main(words.memory, inventory?.memory_total_bytes && formatBytes(inventory.memory_total_bytes)),
    main(words.uptime, uptimeText(agent.state, boot_s, now_us)),
    main(words.address, agent.address),
    main(words.agent, agent.agent_version),
    main(words.battery, inventory?.battery && batteryText(inventory.battery)),
    skewFact(agent.skew_us),
    fact(words.kernel, report && `${report.os.release} ${report.os.machine}`.trim()),
    fact(words.model, inventory?.cpu_model),
    fact(words.outside, inventory?.outside_address),
    fact(words.enrolled, agent.enrolled_us && formatMoment(agent.enrolled_us)),
    fact(words.id, agent.agent_id),
  ];
  return facts.filter((entry) => entry !== null);
}

function fact(name: string, value: string | number | null | undefined): Fact | null {
  return value ? { name, value: String(value) } : null;
}

function main(name: string, value: string | number | null | undefined): Fact | null {
  const told = fact(name, value);
  return told && { ...told, isMain: true };
}

/** The system without the kernel behind its comma when that has a line of its own. */
function systemText(system: string, release: string | undefined): string {
  const [name = "", ...rest] = system.split(", ");
  return release && rest.join(", ").includes(release) ? name : system;
}

function uptimeText(state: string, boot_s: number | null, now_us: number): string | null {
  if (!boot_s || state !== "online") return null;
  return formatDuration(now_us / 1e6 - boot_s);
}

type Processor = { cpu_cores: number | null; cpu_threads: number | null; cpu_mhz: number };

function processorText({ cpu_cores, cpu_threads, cpu_mhz }: Processor): string {
  const parts: string[] = [];
  if (cpu_cores) parts.push(words.cores(cpu_cores));
  if (cpu_threads && cpu_threads !== cpu_cores) parts.push(words.threads(cpu_threads));
  if (cpu_mhz > 0) parts.push(words.frequency(formatNumber(cpu_mhz / 1000)));
  return parts.join(", ");
}

function batteryText({ percent, is_plugged }: { percent: number; is_plugged: boolean | null }) {
  const charge = formatPercent(percent);
  if (is_plugged === null) return charge;
  return is_plugged ? words.pluggedIn(charge) : words.onBattery(charge);
}

function skewFact(skew_us: number): Fact | null {
  if (Math.abs(skew_us) < WORTH_SAYING_SKEW_US) return null;
  const span = formatDuration(Math.abs(skew_us) / 1e6);
  const value = skew_us > 0 ? words.ahead(span) : words.behind(span);
  return { name: words.clock, value, isWarning: true, isMain: true };
}
