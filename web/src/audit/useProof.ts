import { useQuery } from "@tanstack/react-query";
import { request, requestText } from "../api/request";
import type { AuditEvent, ConsistencyProof, InclusionProof } from "../api/types";
import { keepSeen, readKey, readSeen, type Seen } from "./memory";
import type { Verdict } from "./proof/verify";

/** Whose word the key is: a person's, this server's from before, or this server's of now. */
export type Trust = "pinned" | "kept" | "shown";

export interface Proof {
  verdict: Verdict;
  trust: Trust;
  key: string;
  /** The server shows another key than the one that is trusted. */
  isOtherKey: boolean;
  note: string;
  seen: Seen | null;
}

/** Asks for the proof of an event, and checks it here. */
export function useProof(event: AuditEvent) {
  return useQuery({
    queryKey: ["audit", "proof", event],
    queryFn: ({ signal }) => prove(event, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  });
}

async function prove(event: AuditEvent, signal: AbortSignal): Promise<Proof> {
  // Read before asking: what another page sees meanwhile may be newer than this answer.
  const [pinned, seen] = [readKey(), readSeen()];
  const { sizeOf, verify } = await import("./proof/verify");
  const [inclusion, told] = await Promise.all([
    request<InclusionProof>(`/audit/proof/inclusion?event=${event.id}`, { signal }),
    requestText("/audit/key", { signal }),
  ]);
  const shown = told.trim();
  const key = pinned ?? seen?.key ?? shown;
  const note = inclusion.checkpoint;
  const [before, now] = [sizeOf(seen?.note ?? ""), sizeOf(note)];
  const hasGrown = before !== null && now !== null && before < now;
  const consistency = hasGrown
    ? await request<ConsistencyProof>(`/audit/proof/consistency?from=${before}&to=${now}`, {
        signal,
      })
    : null;
  const verdict = verify({ event, inclusion, key, seen: seen?.note ?? null, consistency });
  const newest = sizeOf(readSeen()?.note ?? "") ?? 0;
  const isSound = verdict.signature === "good" && verdict.consistency !== "bad";
  if (isSound && verdict.size >= newest) {
    keepSeen({ note, key, at_ms: Date.now() });
  }
  const trust = pinned !== null ? "pinned" : seen !== null ? "kept" : "shown";
  return { verdict, trust, key, isOtherKey: key !== shown, note, seen };
}
