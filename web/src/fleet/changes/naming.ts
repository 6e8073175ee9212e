import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { agentsQuery } from "../reading";

const ID = /\b[0-9a-f]{32}\b/g;

/** Returns what writes hostnames in the place of the ids of agents. */
export function useNaming(): (text: string) => string {
  const { data } = useQuery(agentsQuery);
  return useMemo(() => {
    const names = new Map(data?.agents.map(({ id, hostname }) => [id, hostname]));
    return (text) => text.replace(ID, (id) => names.get(id) || id);
  }, [data]);
}
