import type { ListSearch } from "../list/search";
import { hasWords, type Order, type SortValue, sortRows } from "../list/sorting";
import type { AgentLine } from "../types";

const VALUES: Record<string, (agent: AgentLine) => SortValue> = {
  hostname: ({ hostname }) => hostname,
  state: ({ state }) => state,
  tags: ({ tags }) => tags.join(" ") || null,
  version: ({ version }) => version,
  runners: ({ runners }) => runners.wanted,
  rows: ({ rows }) => rows.acknowledged,
};

const hostname = ({ hostname }: AgentLine): SortValue => hostname;

export function sortAgents(agents: readonly AgentLine[], key: string, order: Order): AgentLine[] {
  return sortRows(agents, VALUES[key] ?? hostname, order);
}

/** Returns the agents with all words, the state, the tag and the version that are asked for. */
export function filterAgents(agents: readonly AgentLine[], search: ListSearch): AgentLine[] {
  const { q = "", state, tag, version } = search;
  return agents.filter(
    (agent) =>
      (!state || agent.state === state) &&
      (!tag || agent.tags.includes(tag)) &&
      (!version || agent.version === version) &&
      hasWords(
        [agent.hostname, agent.address, agent.platform, agent.version, agent.id, ...agent.tags],
        q,
      ),
  );
}

export function tagsOf(agents: readonly AgentLine[]): string[] {
  return [...new Set(agents.flatMap(({ tags }) => tags))].toSorted();
}

export function versionsOf(agents: readonly AgentLine[]): string[] {
  return [...new Set(agents.map(({ version }) => version))].filter(Boolean).toSorted();
}
