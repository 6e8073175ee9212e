/** Signed checkpoints: C2SP signed-note with Ed25519, holding a C2SP tlog-checkpoint. */

import * as ed25519 from "@noble/ed25519";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import { fromBase64, isEqual, join, toHex, toUtf8 } from "./bytes";
import { HASH_BYTES } from "./tree";

ed25519.hashes.sha512 = sha512;

const ED25519 = Uint8Array.of(1);
const KEY_ID_BYTES = 4;
const KEY_BYTES = 32;
const SIGNATURE = "— ";

/** What is signed: the log's name, how many leaves it has, and the root above them. */
export interface Checkpoint {
  origin: string;
  size: number;
  root: Uint8Array;
}

/** The public key of a log. */
export interface Verifier {
  origin: string;
  id: Uint8Array;
  key: Uint8Array;
}

/** Reads NAME+ID+KEY. Throws an Error for what is no Ed25519 key, or whose id does not fit. */
export function parseVerifier(text: string): Verifier {
  const [, origin = "", id = "", encoded = ""] =
    /^([^+\s]+)\+([^+]*)\+(.*)$/.exec(text.trim()) ?? [];
  const typed = fromBase64(encoded);
  const key = typed.slice(1);
  if (typed[0] !== ED25519[0] || key.length !== KEY_BYTES) throw new Error("no Ed25519 key");
  const expected = keyId(origin, key);
  if (toHex(expected) !== id) throw new Error("the id does not fit name and key");
  return { origin, id: expected, key };
}

/** Reads the checkpoint of a note without asking who signed it. Throws an Error for what is none. */
export function readCheckpoint(note: string): Checkpoint {
  const [origin, size, root, ...rest] = split(note).body.split("\n");
  const bytes = fromBase64(root ?? "");
  const isSize = /^(0|[1-9]\d{0,15})$/.test(size ?? "") && Number.isSafeInteger(Number(size));
  if (!origin || !isSize || bytes.length !== HASH_BYTES || rest.at(-1) !== "") {
    throw new Error("no checkpoint");
  }
  return { origin, size: Number(size), root: bytes };
}

/** Tells whether a note is of the verifier's log and signed by its key. */
export function isSigned(note: string, { origin, id, key }: Verifier): boolean {
  const { body, signatures } = split(note);
  if (body.split("\n")[0] !== origin) return false;
  const ours = signatures.filter(
    (each) => each.name === origin && isEqual(each.bytes.slice(0, KEY_ID_BYTES), id),
  );
  return ours.length > 0 && ours.every(({ bytes }) => fits(bytes.slice(KEY_ID_BYTES), body, key));
}

function fits(signature: Uint8Array, body: string, key: Uint8Array): boolean {
  try {
    return ed25519.verify(signature, toUtf8(body), key, { zip215: false });
  } catch {
    return false;
  }
}

function keyId(origin: string, key: Uint8Array): Uint8Array {
  return sha256(join(toUtf8(`${origin}\n`), ED25519, key)).slice(0, KEY_ID_BYTES);
}

function split(note: string): { body: string; signatures: { name: string; bytes: Uint8Array }[] } {
  const blank = note.lastIndexOf("\n\n");
  if (blank < 0 || !note.endsWith("\n")) throw new Error("no signed note");
  const lines = note.slice(blank + 2, -1).split("\n");
  const signatures = lines.map((line) => {
    const [name = "", encoded = "", ...more] = line.slice(SIGNATURE.length).split(" ");
    if (!line.startsWith(SIGNATURE) || more.length > 0) throw new Error("no signature");
    return { name, bytes: fromBase64(encoded) };
  });
  return { body: note.slice(0, blank + 1), signatures };
}
