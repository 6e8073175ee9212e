import { isReading, MISSING, type Reading } from "./missing";

const grouped = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** A whole number with digits in groups of three: `12,345`. */
export function formatCount(value: Reading): string {
  return isReading(value) ? grouped.format(value) : MISSING;
}

/** A number with about three significant digits: `0.04`, `1.25`, `12.5`, `125`. */
export function formatNumber(value: Reading): string {
  if (!isReading(value)) return MISSING;
  const size = Math.abs(value);
  if (size >= 100) return grouped.format(value);
  if (size >= 10) return trimZeros(value.toFixed(1));
  return trimZeros(value.toFixed(2));
}

/** Drops the zeros that end a fraction: `1.50` is `1.5`, `2.00` is `2`; never `-0`. */
export function trimZeros(text: string): string {
  const trimmed = text.includes(".") ? text.replace(/\.?0+$/, "") : text;
  return trimmed === "-0" ? "0" : trimmed;
}
