import { formatByteRate, formatBytes } from "./bytes";
import { formatDuration } from "./duration";
import { isReading, MISSING, type Reading, UNIT_SPACE } from "./missing";
import { formatNumber } from "./number";
import { formatPercent } from "./percent";

/** Shows a value of a metric in its unit; a unit that is not known here is written behind it. */
export function formatValue(value: Reading, unit: string): string {
  if (!isReading(value)) return MISSING;
  switch (unit) {
    case "percent":
      return formatPercent(value);
    case "bytes":
      return formatBytes(value);
    case "bytes/s":
      return formatByteRate(value);
    case "s":
      return formatDuration(value);
    case "celsius":
      return `${formatNumber(value)}${UNIT_SPACE}°C`;
    case "":
      return formatNumber(value);
    default:
      return unit.startsWith("/")
        ? `${formatNumber(value)}${unit}`
        : `${formatNumber(value)}${UNIT_SPACE}${unit}`;
  }
}

/** As `formatValue`, without the zeros that end a fraction: for the round values of an axis. */
export function formatRound(value: Reading, unit: string): string {
  const text = formatValue(value, unit);
  return text.replace(/(\.\d*?)0+(?=\D*$)/, "$1").replace(/\.(?=\D*$)/, "");
}
