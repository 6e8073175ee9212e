/** What stands where there is no value. */
export const MISSING = "–";

/** Joins a number and its unit so that they stay on one line. */
export const UNIT_SPACE = "\u00a0";

export type Reading = number | null | undefined;

/** Tells whether there is a value that can be shown: neither absent nor NaN nor infinite. */
export function isReading(value: Reading): value is number {
  return typeof value === "number" && Number.isFinite(value);
}
