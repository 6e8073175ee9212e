import { nameOfField, unquote, writeName, writeValue } from "./terms";

/** What is being typed at a place of a query: a field's name, or a value of a field. */
export interface Typing {
  kind: "field" | "value";
  field: string;
  prefix: string;
  /** The part of the query that a completion replaces. */
  from: number;
  to: number;
}

export interface Completion {
  label: string;
  count: number;
  /** The query with it, and where the cursor stands then. */
  query: string;
  cursor: number;
}

const BEFORE =
  /(?:^|[\s(])(?:("(?:[^"\\]|\\.)*"|[A-Za-z_@][\w.@/-]*):)?("(?:[^"\\]|\\.)*|[^\s()"]*)$/;

/** Returns what is being typed before the cursor; null where nothing can be completed. */
export function typingAt(query: string, cursor: number): Typing | null {
  const match = BEFORE.exec(query.slice(0, cursor));
  if (!match) return null;
  const [, name, word = ""] = match;
  const from = cursor - word.length;
  const rest = /^[^\s()"]*"?/.exec(query.slice(cursor))?.[0] ?? "";
  const isQuoted = word.startsWith('"');
  const to = cursor + (isQuoted ? rest.length : rest.replace(/"$/, "").length);
  if (name !== undefined) {
    if (/^[<>]/.test(word) || word.includes("*")) return null;
    const field = name.startsWith('"') ? nameOfField(unquote(name)) : name;
    const prefix = (isQuoted ? word.slice(1) : word).replace(/\\(.)/g, "$1");
    return { kind: "value", field, prefix, from, to };
  }
  if (isQuoted || !/^[\w.@/-]*$/.test(word)) return null;
  return { kind: "field", field: "", prefix: word, from, to };
}

/** Returns what the names or values that the server knows make of a query. */
export function complete(
  query: string,
  typing: Typing,
  known: readonly { value: string; count: number }[],
): Completion[] {
  const begun = typing.prefix.toLowerCase();
  return known
    .filter(({ value }) => value !== "" && value.toLowerCase().startsWith(begun))
    .map(({ value, count }) => {
      const written = typing.kind === "field" ? `${writeName(value)}:` : `${writeValue(value)} `;
      const rest = query.slice(typing.to).replace(/^[ :]/, "");
      const start = query.slice(0, typing.from) + written;
      return { label: value, count, query: start + rest, cursor: start.length };
    });
}

/** Where a query is wrong, as the server's message tells: characters from 0, and why. */
export function parseSyntaxError(message: string): { at: number; reason: string } | null {
  const match = /^query: at (\d+): (.*)$/s.exec(message);
  return match ? { at: Number(match[1]) - 1, reason: match[2] ?? "" } : null;
}
