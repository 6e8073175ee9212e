import { queryOptions } from "@tanstack/react-query";
import { request } from "../api/request";
import type { components } from "../api/schema";
import { text } from "../text";

type Schemas = components["schemas"];

export type MadeToken = Schemas["MadeToken"];
export type TokenRow = Schemas["TokenRow"];
export type TokenPage = Schemas["TokenPage"];
export type EnrolledAgent = Schemas["EnrolledAgent"];

const TOKENS = "/console/v1/tokens";
const WATCH_MS = 1000;

/** How long the command of this page is good for. */
const VALID_S = 3600;

export function enrolmentQuery(token_id: string) {
  return queryOptions({
    queryKey: ["add", token_id],
    queryFn: ({ signal }) =>
      request<TokenPage>(`${TOKENS}/${encodeURIComponent(token_id)}`, { signal }),
    refetchInterval: WATCH_MS,
  });
}

export interface EnrolmentDraft {
  machines: number;
  tags: readonly string[];
}

/** Makes a token that lets so many machines in, for an hour. */
export function makeToken({ machines, tags }: EnrolmentDraft): Promise<MadeToken> {
  const name = text.add.tokenName(machines);
  const body = { name, scopes: ["agent"], valid_s: VALID_S, max_agents: machines, tags };
  return request(TOKENS, { method: "POST", body });
}
