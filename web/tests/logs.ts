import { vi } from "vitest";
import type { LogRow } from "../src/logs/types";

export const T0_US = 1_795_245_670_000_000;

export function makeRow(index: number, changes: Partial<LogRow> = {}): LogRow {
  return {
    id: `${T0_US - index}-1-${index}`,
    ts_us: T0_US - index * 1e6,
    received_us: T0_US,
    agent_id: "agent-1",
    hostname: "web-1",
    runner: "nginx",
    source: "/var/log/nginx/access.log",
    level: "info",
    message: `line ${index}`,
    fields: { status: "200" },
    ...changes,
  };
}

/** A stream of events that a test feeds; the newest one made is `FedSource.last`. */
export class FedSource extends EventTarget {
  static last: FedSource | null = null;
  readonly CLOSED = 2;
  readyState = 1;
  onerror: (() => void) | null = null;

  constructor(readonly url: string) {
    super();
    FedSource.last = this;
  }

  close() {
    this.readyState = 2;
  }

  feed(type: string, data: string) {
    this.dispatchEvent(new MessageEvent(type, { data }));
  }
}

export function stubTail(): void {
  FedSource.last = null;
  vi.stubGlobal("EventSource", FedSource);
}
