/** Terms of the query language as text: written, added to a query, and found in it. */

const BARE = /^[A-Za-z0-9_@./-]+$/;
const NAME = /^[A-Za-z_@][\w.@/-]*$/;
const OPERATORS = new Set(["AND", "OR", "NOT"]);
const IN_QUOTES = new Set(["agent", "level", "message", "runner", "source"].map(quote));

/** What the language calls a field of a row: one that is called as a column is stands in quotes. */
export function nameOfField(field: string): string {
  return IN_QUOTES.has(quote(field)) ? quote(field) : field;
}

/** The field of a row that a name of the language means, columns aside. */
export function fieldOfName(name: string): string {
  return IN_QUOTES.has(name) ? unquote(name) : name;
}

/** `field:value` with quotes where the language needs them; a message's text stands alone. */
export function writeTerm(field: string, value: string): string {
  if (field === "message") return quote(value);
  return `${writeName(field)}:${writeValue(value)}`;
}

export function writeName(field: string): string {
  if (IN_QUOTES.has(field)) return field;
  return NAME.test(field) && !OPERATORS.has(field) ? field : quote(field);
}

export function writeValue(value: string): string {
  return BARE.test(value) && !OPERATORS.has(value) ? value : quote(value);
}

/** The query with a term, wanted or not; a term that says the opposite goes. */
export function addTerm(query: string, term: string, isWanted: boolean): string {
  const wanted = isWanted ? term : `NOT ${term}`;
  // Of "a OR b" nothing can be taken away without breaking it.
  const opposite = isWanted ? `NOT ${term}` : term;
  const rest = hasOr(query) ? query.trim() : removeTerm(query, opposite);
  if (hasTerm(rest, wanted)) return rest;
  if (rest === "") return wanted;
  return `${hasOr(rest) ? `(${rest})` : rest} ${wanted}`;
}

/** The query for one level only: a term of another level goes. */
export function onlyLevel(query: string, level: string): string {
  const rest = hasOr(query) ? query : query.replace(/(?<!\S)(?:NOT )?level:\S+\s*/g, "");
  return addTerm(rest.trim(), writeTerm("level", level), true);
}

/** The query without a term. */
export function removeTerm(query: string, term: string): string {
  const [before = "", ...after] = query.split(finder(term));
  return [before.trim(), ...after.map((part) => part.trim())].filter(Boolean).join(" ");
}

function hasTerm(query: string, term: string): boolean {
  return finder(term).test(query);
}

/** Where a term stands between blanks and no NOT before it. */
function finder(term: string): RegExp {
  return new RegExp(`(?<!\\S)(?<!\\bNOT )${escapeSigns(term)}(?!\\S)`);
}

function hasOr(query: string): boolean {
  return /(?<!\S)OR(?!\S)/.test(parts(query));
}

/** A query without what stands in quotes. */
function parts(query: string): string {
  return query.replace(/"(?:[^"\\]|\\.)*"/g, '""');
}

/** Finds the words and texts of a query in a message, to mark them; null when it has none. */
export function markFinder(query: string): RegExp | null {
  const found: string[] = [];
  const token =
    /(NOT\s+)?((?:"(?:[^"\\]|\\.)*"|[A-Za-z_@][\w.@/-]*):(?!\/\/))?("(?:[^"\\]|\\.)*"|[^\s()"]+)/g;
  for (const [, isNot, name, value = ""] of query.matchAll(token)) {
    if (isNot || (name && name !== "message:") || OPERATORS.has(value)) continue;
    const text = value.startsWith('"') ? unquote(value) : value;
    const pattern = text.split("*").map(escapeSigns).join("\\S*");
    if (text.replaceAll("*", "").length > 0) found.push(pattern);
  }
  return found.length > 0 ? new RegExp(found.join("|"), "gi") : null;
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

/** The text that stands in quotes. */
export function unquote(text: string): string {
  return text.slice(1, -1).replace(/\\(.)/g, "$1");
}

function escapeSigns(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
