import type { ListSearch } from "../list/search";
import { hasWords, type Order, type SortValue, sortRows } from "../list/sorting";
import type { RunnerLine } from "../types";
import { stateOf } from "./RunnerState";

const VALUES: Record<string, (runner: RunnerLine) => SortValue> = {
  name: ({ name, hostname }) => `${name}\n${hostname}`,
  agent: ({ hostname }) => hostname,
  state: stateOf,
  config: ({ config_us }) => config_us,
  read: ({ status }) => status?.read ?? null,
  failed: ({ status }) => status?.failed ?? null,
  lag: ({ status }) => status?.lag_bytes ?? null,
};

/** Names a runner among all. */
export function keyOf({ name, agent_id }: Pick<RunnerLine, "name" | "agent_id">): string {
  return `${agent_id} ${name}`;
}

export function sortRunners(runners: readonly RunnerLine[], key: string, order: Order) {
  return sortRows(runners, VALUES[key] ?? (({ name }) => name), order);
}

export function filterRunners(runners: readonly RunnerLine[], search: ListSearch): RunnerLine[] {
  const { q = "", state, config } = search;
  return runners.filter(
    (runner) =>
      (!state || stateOf(runner) === state) &&
      (!config || runner.name === config) &&
      hasWords([runner.name, runner.hostname, runner.kind, runner.agent_id], q),
  );
}
