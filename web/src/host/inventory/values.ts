import { formatBytes } from "../../format/bytes";
import { formatMoment } from "../../format/time";
import { text } from "../../text";

const words = text.host.inventory;

/** A value of an inventory as people read it; `path` tells its unit. */
export function valueText(path: string, value: unknown): string {
  if (value === null || value === undefined) return words.absent;
  if (typeof value === "number" && path.endsWith("_bytes")) return formatBytes(value);
  if (typeof value === "number" && path.endsWith("boot_time_s")) return formatMoment(value * 1e6);
  if (typeof value === "string") return value === "" ? '""' : value;
  return JSON.stringify(value, null, 1);
}

/** A place in an inventory: its name where it has one, else as it is. */
export function placeText(path: string): string {
  return words.names[path] ?? path;
}
