import { text } from "../text";
import { fieldOfName, nameOfField } from "./terms";
import type { LogRow } from "./types";

/** What a row has under a name: where it came from, its level, or a field. */
export function readColumn(row: LogRow, name: string): string {
  switch (name) {
    case "agent":
      return row.hostname;
    case "runner":
      return row.runner;
    case "source":
      return row.source;
    case "level":
      return row.level;
    default:
      return row.fields[fieldOfName(name)] ?? "";
  }
}

/** The columns with one more, or without one that is there. */
export function toggleColumn(columns: readonly string[], name: string): readonly string[] {
  return columns.includes(name) ? columns.filter((each) => each !== name) : [...columns, name];
}

/** Names and values of a row as it is unfolded: where it came from first, then its fields. */
export function fieldsOf(row: LogRow): [name: string, value: string][] {
  const origin = ["level", "agent", "runner", "source"].map((name): [string, string] => [
    name,
    readColumn(row, name),
  ]);
  const names = Object.keys(row.fields).toSorted((one, other) => (one < other ? -1 : 1));
  const fields = names.map((name): [string, string] => [nameOfField(name), row.fields[name] ?? ""]);
  return [...origin.filter(([, value]) => value !== ""), ...fields];
}

const WIDTH_ROWS = 300;
const MAX_WIDTH = 26;

/** What stands above a column. */
export function titleOf(name: string): string {
  const known: Record<string, string> = text.logs.columns;
  return known[name] ?? name;
}

/** How wide columns are, in characters: as their title, or their widest value among the first rows. */
export function widthsOf(columns: readonly string[], rows: readonly LogRow[]): number[] {
  const first = rows.slice(0, WIDTH_ROWS);
  return columns.map((name) => {
    const longest = first.reduce((most, row) => Math.max(most, readColumn(row, name).length), 0);
    return Math.min(MAX_WIDTH, Math.max(longest, titleOf(name).length) + 1);
  });
}

/** The widths of a row's parts, as CSS writes them. */
export function gridOf(widths: readonly number[]): string {
  const columns = widths.map((width) => `${width}ch`);
  return ["1.1rem", "9.6rem", "4.6rem", ...columns, "minmax(0, 1fr)"].join(" ");
}
