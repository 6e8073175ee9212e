/** The time zone in which this console shows moments: the browser's, UTC or the server's. */

export const ZONE_CHOICES = ["browser", "utc", "server"] as const;
export type ZoneChoice = (typeof ZONE_CHOICES)[number];

const STORED_AS = "muster.zone";

let choice: ZoneChoice = readChoice();
let serverZone = "UTC";
const listeners = new Set<() => void>();

export function zoneChoice(): ZoneChoice {
  return choice;
}

/** The IANA name of the chosen zone; undefined is the browser's. */
export function zoneName(): string | undefined {
  if (choice === "browser") return undefined;
  return choice === "utc" ? "UTC" : serverZone;
}

/** Chooses, for all tabs to come; listeners are told. */
export function chooseZone(next: ZoneChoice): void {
  try {
    window.localStorage.setItem(STORED_AS, next);
  } catch {
    // A browser that keeps nothing forgets the choice with the page.
  }
  choice = next;
  tell();
}

/** Takes the server's zone as it told it; a name that this browser does not know counts as UTC. */
export function learnServerZone(name: string): void {
  const known = isZone(name) ? name : "UTC";
  if (known === serverZone) return;
  serverZone = known;
  tell();
}

export function watchZone(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** A date whose UTC parts are what a clock on the wall of the chosen zone shows. */
export function wallClock(time_ms: number): Date {
  const zone = zoneName();
  if (zone === "UTC") return new Date(time_ms);
  if (zone === undefined) {
    return new Date(time_ms - new Date(time_ms).getTimezoneOffset() * 60_000);
  }
  return new Date(time_ms + offset_ms(time_ms, zone));
}

/** How far a zone is ahead of UTC at a moment. */
function offset_ms(time_ms: number, zone: string): number {
  const part = Object.fromEntries(
    partsIn(zone)
      .formatToParts(time_ms)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day, hour = 0, minute, second } = part;
  const wall_ms = Date.UTC(year, month - 1, day, hour % 24, minute, second);
  return wall_ms - Math.floor(time_ms / 1000) * 1000;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function partsIn(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  formats.set(zone, format);
  return format;
}

function isZone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone: name }));
  } catch {
    return false;
  }
}

function readChoice(): ZoneChoice {
  try {
    const stored = window.localStorage.getItem(STORED_AS);
    return ZONE_CHOICES.find((each) => each === stored) ?? "browser";
  } catch {
    return "browser";
  }
}

function tell(): void {
  for (const listener of listeners) listener();
}
