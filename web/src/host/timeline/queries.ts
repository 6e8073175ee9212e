import { queryOptions } from "@tanstack/react-query";
import { request } from "../../api/request";
import type { Timeline } from "../../api/types";
import type { TimeWindow } from "../range";

/** What happened to a machine in a span. A mark may come late, so a span is asked for again. */
export function timelineQuery(agent_id: string, { from_us, to_us }: TimeWindow) {
  const params = new URLSearchParams({ from: String(from_us), to: String(to_us) });
  const path = `/console/v1/hosts/${encodeURIComponent(agent_id)}/timeline?${params}`;
  return queryOptions({
    queryKey: ["timeline", agent_id, from_us, to_us],
    queryFn: ({ signal }) => request<Timeline>(path, { signal }),
    refetchInterval: 30_000,
    gcTime: 20_000,
    // The last picture of the same machine stays until the next is here.
    placeholderData: (previous: Timeline | undefined, query) =>
      query?.queryKey[1] === agent_id ? previous : undefined,
  });
}
