import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { request } from "../../api/request";
import type { Difference, InventoryVersions } from "../../api/types";

export function versionsQuery(agent_id: string, limit: number) {
  const path = `/console/v1/hosts/${encodeURIComponent(agent_id)}/inventory?limit=${limit}`;
  return queryOptions({
    queryKey: ["inventory", agent_id, limit],
    queryFn: ({ signal }) => request<InventoryVersions>(path, { signal }),
    placeholderData: keepPreviousData,
  });
}

/** What differs between two versions of a machine's inventory. */
export function differencesQuery(agent_id: string, old: number, version: number) {
  const host = encodeURIComponent(agent_id);
  const path = `/console/v1/hosts/${host}/inventory/differences?old=${old}&new=${version}`;
  return queryOptions({
    queryKey: ["differences", agent_id, old, version],
    queryFn: ({ signal }) => request<Difference[]>(path, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
}
