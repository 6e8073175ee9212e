import { queryOptions, replaceEqualDeep } from "@tanstack/react-query";
import { isMany, liveEvery } from "../api/live";
import { request } from "../api/request";
import type {
  AgentCommand,
  AgentLines,
  CollectingPage,
  Config,
  ConfigParts,
  ConfigProblem,
  ConfigRevisions,
  Ledger,
  Package,
  Revision,
  RunnerLines,
  ShutOutAgent,
  Tag,
} from "./types";

const LIVE_MS = 5_000;

/** What a change of the fleet may have changed. */
export const FLEET_KEYS = [
  "agents",
  "runners",
  "configs",
  "tags",
  "revisions",
  "packages",
  "collecting",
  "shut-out",
] as const;

export const agentsQuery = queryOptions({
  queryKey: ["agents"],
  queryFn: ({ signal }) => request<AgentLines>("/console/v1/agents", { signal }),
  refetchInterval: ({ state }) => liveEvery(state.data?.agents.length),
  // Equal lines stay the same objects, so that their rows are not drawn anew; to compare thousands of
  // them costs more than that.
  structuralSharing: (old, next) =>
    isMany((next as AgentLines).agents.length) ? next : replaceEqualDeep(old, next),
});

export const runnersQuery = queryOptions({
  queryKey: ["runners"],
  queryFn: ({ signal }) => request<RunnerLines>("/console/v1/runners", { signal }),
  refetchInterval: ({ state }) => liveEvery(state.data?.runners.length),
  structuralSharing: (old, next) =>
    isMany((next as RunnerLines).runners.length) ? next : replaceEqualDeep(old, next),
});

export const configsQuery = queryOptions({
  queryKey: ["configs"],
  queryFn: async ({ signal }) =>
    (await request<{ configs: Config[] }>("/v1/api/configs", { signal })).configs,
});

export const partsQuery = queryOptions({
  queryKey: ["config-parts"],
  queryFn: ({ signal }) => request<ConfigParts>("/console/v1/configs/parts", { signal }),
  staleTime: Number.POSITIVE_INFINITY,
});

export const tagsQuery = queryOptions({
  queryKey: ["tags"],
  queryFn: async ({ signal }) => (await request<{ tags: Tag[] }>("/v1/api/tags", { signal })).tags,
});

export const packagesQuery = queryOptions({
  queryKey: ["packages"],
  queryFn: ({ signal }) => request<Package[]>("/v1/api/release", { signal }),
});

export const shutOutQuery = queryOptions({
  queryKey: ["shut-out"],
  queryFn: ({ signal }) => request<ShutOutAgent[]>("/console/v1/shut-out", { signal }),
});

export const collectingQuery = queryOptions({
  queryKey: ["collecting"],
  queryFn: ({ signal }) => request<CollectingPage>("/console/v1/collecting", { signal }),
});

export function ledgerQuery(agent_id: string) {
  const path = `/v1/api/agents/${encodeURIComponent(agent_id)}/ledger`;
  return queryOptions({
    queryKey: ["agents", agent_id, "ledger"],
    queryFn: ({ signal }) => request<Ledger>(path, { signal }),
    refetchInterval: LIVE_MS,
  });
}

export function commandsQuery(agent_id: string) {
  const path = `/v1/api/agents/${encodeURIComponent(agent_id)}/commands`;
  return queryOptions({
    queryKey: ["agents", agent_id, "commands"],
    queryFn: async ({ signal }) =>
      (await request<{ commands: AgentCommand[] }>(path, { signal })).commands,
  });
}

export function configRevisionsQuery(name: string, limit: number) {
  const path = `/console/v1/configs/${encodeURIComponent(name)}/revisions?limit=${limit}`;
  return queryOptions({
    queryKey: ["revisions", name, limit],
    queryFn: ({ signal }) => request<ConfigRevisions>(path, { signal }),
  });
}

export function revisionsQuery(limit: number, newest?: number) {
  const before = newest === undefined ? "" : `&before=${newest + 1}`;
  const path = `/v1/api/revisions?limit=${limit}${before}`;
  return queryOptions({
    queryKey: ["revisions", limit, newest],
    queryFn: async ({ signal }) =>
      (await request<{ revisions: Revision[] }>(path, { signal })).revisions,
  });
}

export async function checkConfig(config: unknown, signal: AbortSignal): Promise<ConfigProblem[]> {
  const path = "/console/v1/configs/check";
  const call = { method: "POST", body: { config }, signal } as const;
  return (await request<{ problems: ConfigProblem[] }>(path, call)).problems;
}
