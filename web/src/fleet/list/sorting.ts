import type { Order } from "../../tables/column";

export type { Order };

/** By which column a list is sorted; `by` sorts by another one, or turns the order. */
export interface Sorting {
  key: string;
  order: Order;
  by: (key: string) => void;
}

export type SortValue = string | number | null;

const names = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** Returns rows in order by a value of each; those without one come last either way. */
export function sortRows<Row>(
  rows: readonly Row[],
  value: (row: Row) => SortValue,
  order: Order,
): Row[] {
  const sign = order === "asc" ? 1 : -1;
  return rows.toSorted((one, other) => {
    const left = value(one);
    const right = value(other);
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    if (typeof left === "number" && typeof right === "number") return sign * (left - right);
    return sign * names.compare(String(left), String(right));
  });
}

/** Tells whether every word is in one of the texts, whatever their case. */
export function hasWords(texts: readonly string[], words: string): boolean {
  const content = texts.join("\n").toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => content.includes(word));
}
