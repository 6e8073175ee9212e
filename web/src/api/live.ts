const LIVE_MS = 5_000;
const MANY = 2_000;
const MANY_MS = 15_000;

/** Whether a list has so many entries that reading all of them again is felt. */
export function isMany(count: number): boolean {
  return count > MANY;
}

/** How often a list is read again: less often when it is long. */
export function liveEvery(count = 0): number {
  return isMany(count) ? MANY_MS : LIVE_MS;
}
