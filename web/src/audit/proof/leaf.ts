import type { AuditEvent } from "../../api/types";
import { join, toUtf8 } from "./bytes";

const LEAF_VERSION = 1;

/**
 * The bytes that stand for an event in the tree (docs/audit.md): the version; time, application and
 * kind, each after its length in two bytes; the payload.
 */
export function encodeLeaf(event: AuditEvent): Uint8Array {
  const { event_ts, application_name, event_kind, payload } = event;
  const fields = [event_ts, application_name, event_kind].map(field);
  return join(Uint8Array.of(LEAF_VERSION), ...fields, toUtf8(payload));
}

function field(text: string): Uint8Array {
  const bytes = toUtf8(text);
  return join(Uint8Array.of(bytes.length >> 8, bytes.length & 0xff), bytes);
}
