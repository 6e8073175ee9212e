import { sha256 } from "@noble/hashes/sha2.js";
import { expect, test } from "vitest";
import { isEqual, join, toUtf8 } from "../src/audit/proof/bytes";
import { isSigned, parseVerifier, readCheckpoint } from "../src/audit/proof/note";
import { climb, isConsistent, leafHash } from "../src/audit/proof/tree";
import { type Evidence, verify } from "../src/audit/proof/verify";
// Made by the server's own code, with the key of its tests.
import vectors from "./audit-vectors.json";

const SIZES = Array.from({ length: 20 }, (_, index) => index + 1);
const LEAVES = SIZES.map((number) => leafHash(toUtf8(`leaf ${number}`)));

/** RFC 6962, section 2.1, word for word. */
function rootOf(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return sha256(new Uint8Array());
  if (leaves.length === 1) return leaves[0] as Uint8Array;
  const middle = splitOf(leaves.length);
  return sha256(
    join(Uint8Array.of(1), rootOf(leaves.slice(0, middle)), rootOf(leaves.slice(middle))),
  );
}

function splitOf(count: number): number {
  let middle = 1;
  while (middle * 2 < count) middle *= 2;
  return middle;
}

function pathOf(index: number, leaves: readonly Uint8Array[]): Uint8Array[] {
  if (leaves.length === 1) return [];
  const middle = splitOf(leaves.length);
  const [left, right] = [leaves.slice(0, middle), leaves.slice(middle)];
  return index < middle
    ? [...pathOf(index, left), rootOf(right)]
    : [...pathOf(index - middle, right), rootOf(left)];
}

function subproof(first: number, leaves: readonly Uint8Array[], isWhole: boolean): Uint8Array[] {
  if (first === leaves.length) return isWhole ? [] : [rootOf(leaves)];
  const middle = splitOf(leaves.length);
  const [left, right] = [leaves.slice(0, middle), leaves.slice(middle)];
  return first <= middle
    ? [...subproof(first, left, isWhole), rootOf(right)]
    : [...subproof(first - middle, right, false), rootOf(left)];
}

function wrong(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte, index) => (index === 7 ? byte ^ 4 : byte));
}

test.each(SIZES)("in a tree of %i every leaf, and only it, leads to the root", (size) => {
  const leaves = LEAVES.slice(0, size);
  const root = rootOf(leaves);
  for (const [index, leaf] of leaves.entries()) {
    const proof = pathOf(index, leaves);
    const leads = (hash: Uint8Array, at: number, of: number, path: readonly Uint8Array[]) => {
      const steps = climb(hash, at, of, path);
      return steps !== null && isEqual(steps.at(-1)?.node ?? hash, root);
    };
    expect(leads(leaf, index, size, proof)).toBe(true);
    expect(leads(wrong(leaf), index, size, proof)).toBe(false);
    expect(leads(leaf, index, size, [...proof, leaf])).toBe(false);
    expect(leads(leaf, size, size, proof)).toBe(false);
    for (const [at, hash] of proof.entries()) {
      expect(leads(leaf, index, size, proof.with(at, wrong(hash)))).toBe(false);
      expect(leads(leaf, index, size, proof.toSpliced(at, 1))).toBe(false);
    }
    for (const other of leaves.keys()) {
      if (other !== index) expect(leads(leaf, other, size, proof)).toBe(false);
    }
  }
});

test.each(SIZES)("a log of %i begins every longer one, and no rewritten one", (second) => {
  const root = rootOf(LEAVES.slice(0, second));
  for (let first = 1; first <= second; first++) {
    const proof = subproof(first, LEAVES.slice(0, second), true);
    const before = rootOf(LEAVES.slice(0, first));
    expect(isConsistent(first, second, before, root, proof)).toBe(true);
    expect(isConsistent(first, second, wrong(before), root, proof)).toBe(false);
    expect(isConsistent(first, second, before, wrong(root), proof)).toBe(false);
    expect(isConsistent(first, second, before, root, [...proof, root])).toBe(false);
    for (const [at, hash] of proof.entries()) {
      expect(isConsistent(first, second, before, root, proof.with(at, wrong(hash)))).toBe(false);
      expect(isConsistent(first, second, before, root, proof.toSpliced(at, 1))).toBe(false);
    }
  }
  expect(isConsistent(0, second, sha256(new Uint8Array()), root, [])).toBe(true);
  expect(isConsistent(0, second, root, root, [])).toBe(false);
  expect(isConsistent(second + 1, second, root, root, [])).toBe(false);
});

test("indexes beyond 32 bits do not wrap around", () => {
  const size = 2 ** 33 + 1;
  const leaf = LEAVES[0] as Uint8Array;
  const steps = climb(leaf, 2 ** 33, size, [LEAVES[1] as Uint8Array]);
  expect(steps?.map(({ side }) => side)).toEqual(["left"]);
  expect(climb(leaf, 0, size, [LEAVES[1] as Uint8Array])).toBeNull();
});

const [first] = vectors.events;
function evidence(change: Partial<Evidence> = {}): Evidence {
  if (!first) throw new Error("no vectors");
  const { key, seen, consistency } = vectors;
  return { ...first, key, seen, consistency, ...change };
}

test("what the server proves is found proven", () => {
  for (const each of vectors.events) {
    expect(verify(evidence(each))).toMatchObject({
      size: 7,
      origin: "test.example/audit",
      inclusion: "good",
      signature: "good",
      consistency: "good",
      isOther: false,
    });
  }
  expect(verify(evidence({ seen: null, consistency: null })).consistency).toBe("skipped");
});

test.each([
  { payload: '{"b": 1.5}' },
  { event_ts: "2026-03-01T00:00:01Z" },
  { application_name: "grusse" },
  { event_kind: "Gone" },
  { id: 2 },
])("an event that was changed is not: %o", (change) => {
  const event = { ...evidence().event, ...change };
  expect(verify(evidence({ event })).inclusion).toBe("bad");
});

test("a checkpoint that another key signed, or whose text was changed, is not signed", () => {
  const note = evidence().inclusion.checkpoint;
  const verifier = parseVerifier(vectors.key);
  expect(isSigned(note, verifier)).toBe(true);
  expect(isSigned(note.replace("\n7\n", "\n8\n"), verifier)).toBe(false);
  expect(isSigned(note, { ...verifier, key: wrong(verifier.key) })).toBe(false);
  expect(isSigned(note.replaceAll("test.example", "best.example"), verifier)).toBe(false);
  expect(() => parseVerifier(vectors.key.replace("test", "best"))).toThrow("id");
  expect(() => readCheckpoint(note.replace("\n7\n", "\n-7\n"))).toThrow();
});

test("a log that is not what was seen before is told", () => {
  const otherRoot = evidence().inclusion.checkpoint.replace("\n7\n", "\n5\n");
  expect(verify(evidence({ seen: otherRoot })).consistency).toBe("bad");
  expect(verify(evidence({ seen: vectors.seen.replace("\n5\n", "\n9\n") }))).toMatchObject({
    consistency: "bad",
    isOther: true,
  });
  expect(verify(evidence({ seen: vectors.seen.replace("test.ex", "best.ex") }))).toMatchObject({
    consistency: "bad",
    isOther: true,
  });
});
