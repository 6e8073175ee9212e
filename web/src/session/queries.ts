import { queryOptions } from "@tanstack/react-query";
import { request } from "../api/request";
import type { Session } from "../api/types";

const PATH = "/console/v1/session";

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: ({ signal }) => request<Session>(PATH, { signal }),
  staleTime: 60_000,
});

export interface Credentials {
  name: string;
  password: string;
}

export function signIn(credentials: Credentials): Promise<Session> {
  return request<Session>(PATH, { method: "POST", body: credentials });
}

export function signInByLink(code: string): Promise<Session> {
  return request<Session>(`${PATH}/link`, { method: "POST", body: { code } });
}

export function signOut(): Promise<void> {
  return request<void>(PATH, { method: "DELETE" });
}
