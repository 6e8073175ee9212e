import type { AuditEvent, ConsistencyProof, InclusionProof } from "../../api/types";
import { fromBase64, isEqual, toHex } from "./bytes";
import { encodeLeaf } from "./leaf";
import { isSigned, parseVerifier, readCheckpoint } from "./note";
import { climb, isConsistent, leafHash } from "./tree";

/** How one part of the proof turned out. `skipped`: there was nothing to compare with. */
export type Outcome = "good" | "bad" | "skipped";

export interface ShownStep {
  side: "left" | "right";
  other: string;
  node: string;
}

/** What was found out, hashes in hex. */
export interface Verdict {
  size: number;
  origin: string;
  root: string;
  leaf: string;
  steps: ShownStep[];
  /** The event that is shown hashes to the root of the checkpoint. */
  inclusion: Outcome;
  /** The checkpoint is signed by the key. */
  signature: Outcome;
  /** The log begins with the one that was seen before. */
  consistency: Outcome;
  /** The log is shorter than the one that was seen before, or has another name. */
  isOther: boolean;
}

export interface Evidence {
  event: AuditEvent;
  inclusion: InclusionProof;
  /** NAME+ID+KEY */
  key: string;
  /** The note that was seen before, if there is one. */
  seen: string | null;
  /** Of the sizes of the two notes; null when there is none. */
  consistency: ConsistencyProof | null;
}

/** Checks everything by itself: nothing that the server says of its own hashes is believed. */
export function verify({ event, inclusion, key, seen, consistency }: Evidence): Verdict {
  const checkpoint = readCheckpoint(inclusion.checkpoint);
  const leaf = leafHash(encodeLeaf(event));
  const steps = climb(leaf, event.id - 1, checkpoint.size, inclusion.proof.map(fromBase64));
  const top = steps?.at(-1)?.node ?? leaf;
  const known = seen === null ? null : readCheckpoint(seen);
  const isOther =
    known !== null && (known.origin !== checkpoint.origin || known.size > checkpoint.size);
  return {
    size: checkpoint.size,
    origin: checkpoint.origin,
    root: toHex(checkpoint.root),
    leaf: toHex(leaf),
    steps: (steps ?? []).map(({ side, other, node }) => ({
      side,
      other: toHex(other),
      node: toHex(node),
    })),
    inclusion: outcome(steps !== null && isEqual(top, checkpoint.root)),
    signature: outcome(isSigned(inclusion.checkpoint, parseVerifier(key))),
    consistency:
      known === null
        ? "skipped"
        : outcome(
            !isOther &&
              isConsistent(
                known.size,
                checkpoint.size,
                known.root,
                checkpoint.root,
                consistency?.proof.map(fromBase64) ?? [],
              ),
          ),
    isOther,
  };
}

/** The size of the tree that a note speaks of; null for what is no checkpoint. */
export function sizeOf(note: string): number | null {
  try {
    return readCheckpoint(note).size;
  } catch {
    return null;
  }
}

/** Tells whether a text is the public key of a log. */
export function isKey(text: string): boolean {
  try {
    parseVerifier(text);
    return true;
  } catch {
    return false;
  }
}

function outcome(isGood: boolean): Outcome {
  return isGood ? "good" : "bad";
}
