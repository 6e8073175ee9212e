import type { ReactNode } from "react";
import { request } from "../../api/request";
import type { Revision } from "../types";

/** A change of the fleet that somebody is asked to confirm. */
export interface FleetChange {
  /** What will happen, as a sentence without its end. */
  title: string;
  /** What that means. */
  text?: string;
  /** Shown above whom it touches: what differs. */
  detail?: ReactNode;
  /** The word on the button. */
  verb: string;
  method: "POST" | "PUT" | "DELETE";
  path: string;
  query?: Record<string, string>;
  body?: unknown;
  isDangerous?: boolean;
  /** False: it writes no revision that could be undone. */
  isRevision?: boolean;
  onDone?: () => void;
}

/** Whom a change would touch; `upgrades` is there for upgrades. */
export interface Effects {
  agents: string[];
  runners?: { agent_id: string; name: string; effect: string }[];
  upgrades?: { agent_id: string; version: string; reason: string }[];
}

export const BASE = "/v1/api";

/** Joins parts of an address, each as one segment. */
export function pathOf(...segments: string[]): string {
  return [BASE, ...segments.map(encodeURIComponent)].join("/");
}

export function tryChange(change: FleetChange, signal: AbortSignal): Promise<Effects> {
  return send<Effects>(change, { dry_run: "true" }, signal);
}

/** Makes a change; returns the revision by which it can be undone, null when that is not sure. */
export async function makeChange(change: FleetChange): Promise<number | null> {
  if (change.isRevision === false) {
    await send(change, {});
    return null;
  }
  const [before] = await newestRevisions();
  const said = await send<{ revision?: number | null } | undefined>(change, {});
  if (said?.revision !== undefined) return said.revision;
  const [newest, last] = await newestRevisions();
  const isOurs = newest && newest.id !== before?.id && last?.id === before?.id;
  return isOurs ? newest.id : null;
}

/** Undoes a revision, or restores what it wrote. */
export function restorePath(revision_id: number): string {
  return `${BASE}/revisions/${revision_id}/restore`;
}

function send<Body>(
  { method, path, query, body }: FleetChange,
  more: Record<string, string>,
  signal?: AbortSignal,
): Promise<Body> {
  const params = new URLSearchParams({ ...query, ...more }).toString();
  return request<Body>(params ? `${path}?${params}` : path, { method, body, signal });
}

async function newestRevisions(): Promise<Revision[]> {
  const path = `${BASE}/revisions?limit=2`;
  return (await request<{ revisions: Revision[] }>(path)).revisions;
}

/** A change that was made; `revision_id` leads back to what was before it. */
export interface MadeChange {
  title: string;
  revision_id: number | null;
}
