import { request } from "../api/request";
import type { EventSeries } from "../api/types";
import { type Asked, seriesPath } from "./asked";

const WAIT_MS = 40;
const MOST_IDS = 50;

interface Waiting {
  id: number;
  signal: AbortSignal;
  resolve: (counts: number[]) => void;
  reject: (error: unknown) => void;
}

const waiting = new Map<string, { asked: Asked; calls: Waiting[] }>();

/** Returns the counts of one event; calls of the same moment become one request for up to 50 events. */
export function countsOf(id: number, asked: Asked, signal: AbortSignal): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const key = JSON.stringify(asked);
    const batch = waiting.get(key) ?? { asked, calls: [] };
    batch.calls.push({ id, signal, resolve, reject });
    if (waiting.has(key)) return;
    waiting.set(key, batch);
    setTimeout(() => {
      waiting.delete(key);
      send(asked, batch.calls);
    }, WAIT_MS);
  });
}

/** Rows that went out of sight meanwhile are not asked for. */
function send(asked: Asked, calls: Waiting[]): void {
  for (const { signal, reject } of calls) if (signal.aborted) reject(signal.reason);
  const wanted = calls.filter(({ signal }) => !signal.aborted);
  for (let at = 0; at < wanted.length; at += MOST_IDS) {
    void ask(asked, wanted.slice(at, at + MOST_IDS));
  }
}

async function ask(asked: Asked, calls: readonly Waiting[]): Promise<void> {
  try {
    const ids = [...new Set(calls.map(({ id }) => id))];
    const { series } = await request<EventSeries>(seriesPath(ids, asked));
    const counts = new Map(series.map((each) => [each.id, each.counts]));
    for (const { id, resolve } of calls) resolve(counts.get(id) ?? []);
  } catch (error) {
    for (const { reject } of calls) reject(error);
  }
}
