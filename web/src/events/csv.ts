import type { EventSeries } from "../api/types";

/** A cell that begins so is a formula to spreadsheets, and a name may come from anybody. */
const FORMULA = /^[=+\-@\t\r]/;

/** The counts of a chart as CSV: a line for each bar with its time in UTC and local date, a column for each event. */
export function toCsv(
  { starts_us, dates, series }: EventSeries,
  names: Map<number, string>,
): string {
  const head = ["time", "date", ...series.map(({ id }) => names.get(id) ?? String(id))];
  const lines = starts_us.map((start_us, at) => [
    new Date(start_us / 1000).toISOString(),
    dates[at] ?? "",
    ...series.map(({ counts }) => String(counts[at] ?? 0)),
  ]);
  return [head, ...lines].map((cells) => `${cells.map(toCell).join(",")}\r\n`).join("");
}

function toCell(content: string): string {
  const safe = FORMULA.test(content) ? `'${content}` : content;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
