import { isReading, MISSING, type Reading, UNIT_SPACE } from "./missing";

/** A share in percent with one decimal below 99.95: `3.0 %`, `87.5 %`, `100 %`. */
export function formatPercent(value: Reading): string {
  if (!isReading(value)) return MISSING;
  const digits = Math.abs(value) >= 99.95 ? 0 : 1;
  const text = value.toFixed(digits);
  return `${text === "-0.0" ? "0.0" : text}${UNIT_SPACE}%`;
}
