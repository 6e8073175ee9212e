import { formatCount } from "../../format/number";
import { many } from "./many";

/** The first page: what needs a person, and every machine. */
export const overview = {
  title: "Overview",
  machines: "Machines",
  search: "Search machines",
  add: "Add",
  searchHint: "Name, address, platform, state",
  clearSearch: "Clear search",
  noMatch: (words: string) => `No machine matches “${words}”.`,
  within: (metric: string, from: number, to: number) => `${metric} ${from}–${to} %`,
  allAgain: (span: string) => `${span}: show all machines again`,
  views: { label: "Show machines as", table: "Table", grid: "Cards" },
  summary: (all: number, online: number, shown: number) => {
    const parts = [many(all, "machine"), `${formatCount(online)} online`];
    if (online < all) parts.push(`${formatCount(all - online)} offline`);
    if (shown < all) parts.push(`${formatCount(shown)} shown`);
    return parts.join(", ");
  },
  columns: {
    name: "Machine",
    state: "State",
    cpu: "CPU",
    memory: "Memory",
    disk: "Fullest disk",
    network: "Network",
    uptime: "Up for",
  },
  short: { cpu: "CPU", memory: "Memory", disk: "Disk", network: "Network" },
  seen: (ago: string) => `seen ${ago}`,
  tiles: {
    label: "The fleet now",
    mean: "on average",
    total: "in all",
    highest: (value: string, host: string) => `${value} on ${host}`,
    none: "no readings yet",
    before: (span: string) => `${span} ago`,
    now: "now",
    trend: (metric: string, mean: string, span: string) =>
      `${metric} of the fleet in the last ${span}, now ${mean} on average; eight of ten machines lie in the band`,
    sum: (total: string, span: string) =>
      `Traffic of all machines in the last ${span}, now ${total}`,
    spread: (metric: string) => `Machines by ${metric}`,
    bar: (count: number, from: number, to: number) =>
      `${many(count, "machine")} at ${from}–${to} %`,
    scale: "machines",
    empty: "0 %",
    full: "100 %",
    sort: (metric: string) => `Order machines by ${metric}`,
  },
  attention: {
    title: "Needs attention",
    calm: (machines: number) =>
      machines === 1
        ? "The machine reports; nothing needs you."
        : `All ${formatCount(machines)} machines report; nothing needs you.`,
    severities: { critical: "Critical", warning: "Warning" } as Record<string, string>,
    since: (duration: string) => `for ${duration}`,
    all: (count: number) => `Show all ${formatCount(count)}`,
    fewer: "Show fewer",
    leftOut: (count: number) => `and ${many(count, "more line")}`,
    unknown: {
      server_disk: "The server's own disk could not be read.",
      errors: "Errors in the logs could not be counted.",
    } as Record<string, string>,
    posted: "lines posted over HTTP",
    worst: (name: string, value: string) => `worst: ${name}, ${value}`,
    examples: (names: string, rest: number) =>
      rest > 0 ? `${names} and ${formatCount(rest)} more` : names,
    free: (size: string) => `${size} free`,
    server_disk: (used: string) => `The server's own disk is ${used} full`,
    silent: (host: string) => `${host} does not answer`,
    silentMany: (count: number) => `${many(count, "machine")} do not answer`,
    disk: (mount: string, host: string, used: string) => `${mount} on ${host} is ${used} full`,
    diskMany: (count: number) => `${many(count, "disk")} are nearly full`,
    memory: (host: string, used: string) => `Memory of ${host} is ${used} full`,
    memoryMany: (count: number) => `The memory of ${many(count, "machine")} is nearly full`,
    runner: (name: string, host: string) => `Runner ${name} does not run on ${host}`,
    runnerMany: (name: string, count: number) =>
      `Runner ${name} does not run on ${many(count, "machine")}`,
    errors: (count: number, source: string) =>
      `${many(count, "error")} in ten minutes from ${source}`,
    errorsMany: (name: string, count: number) =>
      `Far more errors than usual from ${name} on ${many(count, "machine")}`,
    ofRunner: (runner: string, host: string) => `${runner} on ${host}`,
    before: (before: string, usual: string) => `${before} in the ten before, ${usual} usually`,
    loss: (host: string) => `${host} lost rows`,
    lossMany: (count: number) => `${many(count, "machine")} lost rows`,
    quarantined: (count: number) => `${many(count, "row")} refused by the server`,
    thinned: (count: number) => `${many(count, "row")} given up by a full spool`,
    config: (host: string) => `${host} has not taken over its configuration`,
    configMany: (count: number) =>
      `${many(count, "machine")} have not taken over their configuration`,
    upgrade: (host: string, version: string) => `${host} went back from version ${version}`,
    upgradeMany: (count: number, version: string) =>
      `${many(count, "machine")} went back from version ${version}`,
    no_samples: (host: string) => `${host} answers, but sends no samples`,
    no_samplesMany: (count: number) => `${many(count, "machine")} answer, but send no samples`,
    interval: (duration: string) => `usually every ${duration}`,
    clock: (host: string, duration: string, isAhead: boolean) =>
      `The clock of ${host} is ${duration} ${isAhead ? "ahead" : "behind"}`,
    clockMany: (count: number) => `The clocks of ${many(count, "machine")} are wrong`,
  },
};
