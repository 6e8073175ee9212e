/**
 * The Merkle tree of RFC 6962: proofs are followed as RFC 9162 says in 2.1.3.2 and 2.1.4.2. Indexes
 * are whole numbers up to 2^53, so halves are taken by division: bit operations stop at 2^31.
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { isEqual, join } from "./bytes";

export const HASH_BYTES = 32;
const MOST_HASHES = 63;
const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** One level of the way from a leaf to the root. */
export interface PathStep {
  /** The hash that the proof brings stands at this side. */
  side: "left" | "right";
  other: Uint8Array;
  /** What it makes with the hash from below. */
  node: Uint8Array;
}

export function leafHash(leaf: Uint8Array): Uint8Array {
  return sha256(join(LEAF, leaf));
}

function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(join(NODE, left, right));
}

function emptyRoot(): Uint8Array {
  return sha256(new Uint8Array());
}

/** The way from leaf `index` up to the root of `size` leaves; null when the proof does not fit these. */
export function climb(
  leaf: Uint8Array,
  index: number,
  size: number,
  proof: readonly Uint8Array[],
): PathStep[] | null {
  if (!isIndex(index) || !isIndex(size) || index >= size || !areHashes(proof)) return null;
  const steps: PathStep[] = [];
  let [at, last, node] = [index, size - 1, leaf];
  for (const other of proof) {
    if (last === 0) return null;
    const side = isOdd(at) || at === last ? "left" : "right";
    node = side === "left" ? nodeHash(other, node) : nodeHash(node, other);
    if (side === "left") {
      while (at > 0 && !isOdd(at)) [at, last] = [half(at), half(last)];
    }
    [at, last] = [half(at), half(last)];
    steps.push({ side, other, node });
  }
  return last === 0 ? steps : null;
}

/** Tells whether a proof shows that the tree of `first` leaves is the beginning of that of `second`. */
export function isConsistent(
  first: number,
  second: number,
  firstRoot: Uint8Array,
  secondRoot: Uint8Array,
  proof: readonly Uint8Array[],
): boolean {
  if (!isIndex(first) || !isIndex(second) || first > second || !areHashes(proof)) return false;
  if (first === second) return proof.length === 0 && isEqual(firstRoot, secondRoot);
  if (first === 0) return proof.length === 0 && isEqual(firstRoot, emptyRoot());
  const [start, ...rest] = isPowerOfTwo(first) ? [firstRoot, ...proof] : proof;
  if (!start) return false;
  let [at, last, old, recent] = [first - 1, second - 1, start, start];
  while (isOdd(at)) [at, last] = [half(at), half(last)];
  for (const other of rest) {
    if (last === 0) return false;
    if (isOdd(at) || at === last) {
      [old, recent] = [nodeHash(other, old), nodeHash(other, recent)];
      while (at > 0 && !isOdd(at)) [at, last] = [half(at), half(last)];
    } else {
      recent = nodeHash(recent, other);
    }
    [at, last] = [half(at), half(last)];
  }
  return last === 0 && isEqual(old, firstRoot) && isEqual(recent, secondRoot);
}

function half(value: number): number {
  return Math.floor(value / 2);
}

function isOdd(value: number): boolean {
  return value % 2 === 1;
}

function isPowerOfTwo(value: number): boolean {
  let rest = value;
  while (rest > 1 && !isOdd(rest)) rest = half(rest);
  return rest === 1;
}

function isIndex(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function areHashes(proof: readonly Uint8Array[]): boolean {
  return proof.length <= MOST_HASHES && proof.every(({ length }) => length === HASH_BYTES);
}
