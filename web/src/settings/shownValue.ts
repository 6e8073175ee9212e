import { text } from "../text";

/** A setting's value as text. */
export function shownValue(value: unknown): string {
  if (value === "" || value === null || (Array.isArray(value) && value.length === 0)) {
    return text.settings.about.empty;
  }
  return Array.isArray(value) ? value.map(String).join(", ") : String(value);
}
