import type { Span } from "./asking";

/** A piece of a line: between fields, or what a field took. */
export interface Piece {
  at: number;
  text: string;
  name: string | null;
}

/**
 * Cuts a line at its fields. Spans count characters, not the halves of which JavaScript's text is made;
 * one that begins within another is left out, for a piece has one colour.
 */
export function piecesOf(raw: string, spans: readonly Span[]): Piece[] {
  const characters = [...raw];
  const pieces: Piece[] = [];
  let at = 0;
  const add = (to: number, name: string | null) => {
    if (to > at) pieces.push({ at, text: characters.slice(at, to).join(""), name });
    at = Math.max(at, to);
  };
  for (const { name, start, end } of spans.toSorted((one, other) => one.start - other.start)) {
    const until = Math.min(end, characters.length);
    if (start < at || until <= start) continue;
    add(start, null);
    add(until, name);
  }
  add(characters.length, null);
  return pieces;
}

/** Returns the names of fields in the order in which they stand in the lines. */
export function fieldNames(lines: readonly { spans: readonly Span[] | null }[]): string[] {
  return [...new Set(lines.flatMap(({ spans }) => (spans ?? []).map(({ name }) => name)))];
}

/** How many colours there are for fields; more fields begin with the first again. */
export const COLOURS = 8;
