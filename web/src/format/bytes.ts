import { isReading, MISSING, type Reading, UNIT_SPACE } from "./missing";
import { trimZeros } from "./number";

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

/** A size in bytes by powers of 1024: `512 B`, `1.5 KiB`, `23.4 GiB`. */
export function formatBytes(value: Reading): string {
  if (!isReading(value)) return MISSING;
  let size = Math.abs(value);
  let power = 0;
  while (power < UNITS.length - 1 && roundedDigits(size, power) >= 1024) {
    size /= 1024;
    power += 1;
  }
  const digits = power === 0 || size >= 99.95 ? 0 : 1;
  const sign = value < 0 && size > 0 ? "-" : "";
  return `${sign}${trimZeros(size.toFixed(digits))}${UNIT_SPACE}${UNITS[power]}`;
}

/** A rate in bytes per second: `1.5 MiB/s`. */
export function formatByteRate(value: Reading): string {
  return isReading(value) ? `${formatBytes(value)}/s` : MISSING;
}

function roundedDigits(size: number, power: number): number {
  return power === 0 ? Math.round(size) : Number(size.toFixed(size >= 99.95 ? 0 : 1));
}
