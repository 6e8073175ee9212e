import { queryOptions } from "@tanstack/react-query";
import { request } from "../api/request";
import type { components } from "../api/schema";

type Schemas = components["schemas"];

export type TokenRow = Schemas["TokenRow"];
export type MadeToken = Schemas["MadeToken"];
export type Scope = TokenRow["scopes"][number];
export type User = Schemas["User"];
export type NewLink = Schemas["NewLink"];
export type StoragePage = Schemas["StoragePage"];
export type SettingsAnswer = Schemas["SettingsPage"];
export type SettingRow = Schemas["SettingRow"];
export type SettingChanged = Schemas["SettingChanged"];
export type Dropped = Schemas["Dropped"];

const TOKENS = "/console/v1/tokens";
const USERS = "/console/v1/users";

export const SCOPES = [
  "read",
  "agent",
  "write:logs",
  "write:events",
  "write:audit",
  "write:reports",
  "write:inventory",
  "write:fleet",
  "admin",
] as const satisfies readonly Scope[];

export const tokensQuery = queryOptions({
  queryKey: ["settings", "tokens"],
  queryFn: ({ signal }) => request<TokenRow[]>(TOKENS, { signal }),
});

export const usersQuery = queryOptions({
  queryKey: ["settings", "users"],
  queryFn: ({ signal }) => request<User[]>(USERS, { signal }),
});

export const storageQuery = queryOptions({
  queryKey: ["settings", "storage"],
  queryFn: ({ signal }) => request<StoragePage>("/console/v1/storage", { signal }),
});

export const settingsQuery = queryOptions({
  queryKey: ["settings", "settings"],
  queryFn: ({ signal }) => request<SettingsAnswer>("/console/v1/settings", { signal }),
});

const SETTINGS = "/console/v1/settings";

type Value = string | number;

/** What a change of a setting would do; nothing is changed. */
export function trialQuery(key: string, value: Value) {
  return queryOptions({
    queryKey: ["settings", "trial", key, value],
    queryFn: ({ signal }) =>
      request<SettingChanged>(`${SETTINGS}/${encodeURIComponent(key)}?dry_run=true`, {
        method: "PUT",
        body: { value },
        signal,
      }),
    retry: false,
    staleTime: 0,
  });
}

export function changeSetting(key: string, value: Value): Promise<SettingChanged> {
  return request(`${SETTINGS}/${encodeURIComponent(key)}`, { method: "PUT", body: { value } });
}

/** Lets a setting be what the server's file, environment or flags say. */
export function clearSetting(key: string): Promise<SettingChanged> {
  return request(`${SETTINGS}/${encodeURIComponent(key)}`, { method: "DELETE" });
}

export function undoSetting(revision: number): Promise<void> {
  return request(`/v1/api/revisions/${revision}/restore?to=before`, { method: "POST" });
}

export interface TokenDraft {
  name: string;
  scopes: readonly Scope[];
  /** How many seconds it is valid; null for ever. */
  valid_s: number | null;
}

export function createToken(draft: TokenDraft): Promise<MadeToken> {
  return request(TOKENS, { method: "POST", body: draft });
}

/** Ends a token; `with_agents`: the agents that it let in are shut out, too. */
export function revokeToken(token_id: string, with_agents: boolean): Promise<void> {
  const query = with_agents ? "?agents=true" : "";
  return request(`${TOKENS}/${encodeURIComponent(token_id)}${query}`, { method: "DELETE" });
}

export interface PersonDraft {
  name: string;
  password: string;
  is_admin: boolean;
}

export function addPerson(draft: PersonDraft): Promise<User> {
  return request(USERS, { method: "POST", body: draft });
}

export function setPassword({ name, password }: { name: string; password: string }) {
  const path = `${USERS}/${encodeURIComponent(name)}/password`;
  return request<void>(path, { method: "PUT", body: { password } });
}

export function signOutEverywhere(name: string): Promise<void> {
  return request(`${USERS}/${encodeURIComponent(name)}/sessions`, { method: "DELETE" });
}

export function removePerson(name: string): Promise<void> {
  return request(`${USERS}/${encodeURIComponent(name)}`, { method: "DELETE" });
}

export function createLink(): Promise<NewLink> {
  return request(`${USERS}/link`, { method: "POST" });
}
