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
      return row.fields[name] ?? "";
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
  const fields = names.map((name): [string, string] => [name, row.fields[name] ?? ""]);
  return [...origin.filter(([, value]) => value !== ""), ...fields];
}

/** The widths of a row's columns, as CSS writes them. */
export function gridOf(columns: readonly string[]): string {
  return [
    "1.1rem",
    "9.6rem",
    "4.6rem",
    ...columns.map(() => "minmax(4rem, 9rem)"),
    "minmax(0, 1fr)",
  ].join(" ");
}
