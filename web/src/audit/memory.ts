/** What this browser remembers of the log, so that it can tell when history was rewritten. */

export interface Seen {
  /** The newest checkpoint that was found to be signed, and to follow the one before. */
  note: string;
  /** The key that signed it. */
  key: string;
  at_ms: number;
}

const SEEN = "muster.audit.seen";
const KEY = "muster.audit.key";

export function readSeen(): Seen | null {
  const stored = read(SEEN);
  if (stored === null) return null;
  try {
    const { note, key, at_ms } = JSON.parse(stored) as Partial<Seen>;
    if (typeof note === "string" && typeof key === "string" && typeof at_ms === "number") {
      return { note, key, at_ms };
    }
  } catch {
    // What is no JSON was not written here.
  }
  return null;
}

export function keepSeen(seen: Seen): void {
  write(SEEN, JSON.stringify(seen));
}

export function forgetSeen(): void {
  write(SEEN, null);
}

/** The key that a person gave; null when nobody did. */
export function readKey(): string | null {
  return read(KEY);
}

export function keepKey(key: string | null): void {
  write(KEY, key);
}

function read(name: string): string | null {
  try {
    return window.localStorage.getItem(name);
  } catch {
    return null;
  }
}

function write(name: string, value: string | null): void {
  try {
    if (value === null) window.localStorage.removeItem(name);
    else window.localStorage.setItem(name, value);
  } catch {
    // A browser that keeps nothing sees each log for the first time.
  }
}
