import type { AttentionLine } from "../api/types";
import { formatDuration } from "../format/duration";
import { formatNumber } from "../format/number";
import { formatValue } from "../format/unit";
import { text } from "../text";
import { worstOf } from "./links";

const words = text.overview.attention;

/** What a line says: one sentence, and in a few words what makes it worse or explains it. */
export interface LineText {
  title: string;
  details: string[];
}

/** Returns a line in words. */
export function lineText(line: AttentionLine): LineText {
  const title = titleOf(line);
  const details = [...detailsOf(line)];
  if (line.count === 1) return { title, details };
  const names = line.subjects.map(({ hostname, mountpoint }) => `${hostname}${space(mountpoint)}`);
  const examples = words.examples(names.join(", "), line.count - names.length);
  return { title, details: [examples, ...details] };
}

function titleOf(line: AttentionLine): string {
  const { kind, count } = line;
  const { hostname, runner, mountpoint, version, agent_id } = worstOf(line);
  const used = amount(line, "used");
  const isMany = count > 1;
  switch (kind) {
    case "server_disk":
      return words.server_disk(used);
    case "disk":
      return isMany ? words.diskMany(count) : words.disk(mountpoint, hostname, used);
    case "memory":
      return isMany ? words.memoryMany(count) : words.memory(hostname, used);
    case "runner":
      return isMany ? words.runnerMany(runner, count) : words.runner(runner, hostname);
    case "errors": {
      if (isMany) return words.errorsMany(runner, count);
      const source = agent_id ? words.ofRunner(runner, hostname || agent_id) : words.posted;
      return words.errors(number(line, "errors"), source);
    }
    case "upgrade":
      return isMany ? words.upgradeMany(count, version) : words.upgrade(hostname, version);
    case "clock": {
      const skew_s = number(line, "skew");
      if (isMany) return words.clockMany(count);
      return words.clock(hostname, formatDuration(Math.abs(skew_s)), skew_s > 0);
    }
    default:
      return isMany ? words[`${kind}Many`](count) : words[kind](hostname);
  }
}

function* detailsOf(line: AttentionLine): Generator<string> {
  const { kind, reason, count } = line;
  if (count > 1 && (kind === "disk" || kind === "memory")) {
    const { hostname, mountpoint } = worstOf(line);
    yield words.worst(`${hostname}${space(mountpoint)}`, amount(line, "used"));
  }
  for (const { name, value, unit } of line.amounts) {
    if (name === "free") yield words.free(formatValue(value, unit));
    if (name === "quarantined") yield words.quarantined(value);
    if (name === "thinned") yield words.thinned(value);
    if (name === "interval") yield words.interval(formatDuration(value));
  }
  if (kind === "errors") {
    yield words.before(formatNumber(number(line, "before")), formatNumber(number(line, "usual")));
  }
  if (reason) yield reason;
}

function number(line: AttentionLine, wanted: string): number {
  return line.amounts.find(({ name }) => name === wanted)?.value ?? 0;
}

function amount(line: AttentionLine, wanted: string): string {
  const found = line.amounts.find(({ name }) => name === wanted);
  return formatValue(found?.value, found?.unit ?? "");
}

function space(word: string): string {
  return word ? ` ${word}` : "";
}
