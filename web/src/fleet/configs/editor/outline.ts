/** A JSON text as it stands while somebody types: read as far as it goes, never refused. */

interface Range {
  from: number;
  to: number;
}

export interface Entry extends Range {
  key: string;
  /** Where the key with its quotes lies. */
  keyRange: Range;
  value?: OutlineNode;
}

export type OutlineNode =
  | (Range & { kind: "object"; entries: Entry[] })
  | (Range & { kind: "array"; items: OutlineNode[] })
  | (Range & { kind: "scalar"; text: string; value: unknown });

type Step = string | number;

/** Where somebody types: in a key of the object at `path`, or in the value that lies at `path`. */
export interface Place extends Range {
  part: "key" | "value";
  path: Step[];
  /** What is written there so far, without quotes. */
  written: string;
  /** Tells whether the key has its colon already. */
  hasColon: boolean;
}

const TOKEN = /"(?:[^"\\\n]|\\.)*"?|[{}[\]:,]|[^\s{}[\]:,"]+/g;

interface Token extends Range {
  text: string;
}

export function tokensOf(text: string): Token[] {
  return Array.from(text.matchAll(TOKEN), ({ 0: found, index }) => ({
    text: found,
    from: index,
    to: index + found.length,
  }));
}

/** Returns the outline of a text; undefined when there is nothing in it. */
export function readOutline(text: string): OutlineNode | undefined {
  const tokens = tokensOf(text);
  let at = 0;

  const readValue = (): OutlineNode | undefined => {
    const token = tokens[at];
    if (!token || "}],:".includes(token.text)) return undefined;
    at += 1;
    if (token.text === "{") return readObject(token.from);
    if (token.text === "[") return readArray(token.from);
    return { kind: "scalar", from: token.from, to: token.to, ...scalarOf(token.text) };
  };

  const readObject = (from: number): OutlineNode => {
    const entries: Entry[] = [];
    for (let token = tokens[at]; token; token = tokens[at]) {
      if (token.text === "}" || token.text === "]") {
        if (token.text === "}") at += 1;
        return { kind: "object", from, to: token.to, entries };
      }
      at += 1;
      if (!token.text.startsWith('"')) continue;
      const keyRange = { from: token.from, to: token.to };
      const entry: Entry = { key: String(scalarOf(token.text).value), keyRange, ...keyRange };
      if (tokens[at]?.text === ":") {
        at += 1;
        const value = readValue();
        if (value) Object.assign(entry, { value, to: value.to });
      }
      entries.push(entry);
    }
    return { kind: "object", from, to: text.length, entries };
  };

  const readArray = (from: number): OutlineNode => {
    const items: OutlineNode[] = [];
    for (let token = tokens[at]; token; token = tokens[at]) {
      if (token.text === "]" || token.text === "}") {
        if (token.text === "]") at += 1;
        return { kind: "array", from, to: token.to, items };
      }
      const item = readValue();
      if (item) items.push(item);
      else at += 1;
    }
    return { kind: "array", from, to: text.length, items };
  };

  return readValue();
}

function scalarOf(text: string): { text: string; value: unknown } {
  try {
    return { text, value: JSON.parse(text) };
  } catch {
    return { text, value: text.replace(/^"|"$/g, "") };
  }
}

/** Returns where the position lies: in a key or in a value, and of what. */
export function placeAt(text: string, position: number): Place {
  const stack: { kind: "object" | "array"; step: Step; isValue: boolean }[] = [];
  const path = () => stack.map(({ step }) => step);
  const tokens = tokensOf(text);
  let last: Token | undefined;
  for (const token of tokens) {
    const top = stack.at(-1);
    const isInside = token.from < position && (position < token.to || isOpenAt(token, position));
    if (token.from >= position || isInside) break;
    last = token;
    if (token.text === "{") stack.push({ kind: "object", step: "", isValue: false });
    else if (token.text === "[") stack.push({ kind: "array", step: 0, isValue: true });
    else if (token.text === "}" || token.text === "]") stack.pop();
    else if (token.text === ":" && top) top.isValue = true;
    else if (token.text === "," && top) {
      if (top.kind === "array") top.step = Number(top.step) + 1;
      else top.isValue = false;
    } else if (top?.kind === "object" && !top.isValue)
      top.step = String(scalarOf(token.text).value);
  }
  const here = tokens.find(
    (token) => !/^[{}[\]:,]$/.test(token.text) && token.from <= position && position <= token.to,
  );
  const range = here ? { from: here.from, to: here.to } : { from: position, to: position };
  const top = stack.at(-1);
  const isKey = top?.kind === "object" && !top.isValue && last?.text !== ":";
  const next = tokens.find((token) => token.from >= range.to && token !== here);
  return {
    part: isKey ? "key" : "value",
    path: isKey ? path().slice(0, -1) : path(),
    written: here ? here.text.slice(0, position - here.from).replace(/^"|"$/g, "") : "",
    hasColon: next?.text === ":",
    ...range,
  };
}

function isOpenAt(token: Token, position: number): boolean {
  return position === token.to && !/^[{}[\]:,]$/.test(token.text);
}

/** Returns the node at a path, undefined when the text does not go that far. */
export function nodeAt(
  root: OutlineNode | undefined,
  path: readonly Step[],
): OutlineNode | undefined {
  let node = root;
  for (const step of path) {
    if (node?.kind === "object") node = node.entries.find(({ key }) => key === step)?.value;
    else if (node?.kind === "array") node = node.items[Number(step)];
    else return undefined;
  }
  return node;
}

/** Returns a text of an object, undefined when the object has none under that key. */
export function textAt(node: OutlineNode | undefined, key: string): string | undefined {
  if (node?.kind !== "object") return undefined;
  const value = node.entries.find((entry) => entry.key === key)?.value;
  return value?.kind === "scalar" && typeof value.value === "string" ? value.value : undefined;
}

/** Splits the path of a problem: `transforms[1].key` is transforms, 1, key. */
export function splitPath(path: string): Step[] {
  return Array.from(path.matchAll(/\[(\d+)\]|[^.[\]]+/g), ({ 0: whole, 1: index }) =>
    index === undefined ? whole : Number(index),
  );
}

/** Returns the place that a problem's path names: its key, or as near as the text goes. */
export function rangeOf(root: OutlineNode | undefined, path: readonly Step[]): Range {
  let range: Range = root ? { from: root.from, to: root.from + 1 } : { from: 0, to: 0 };
  let node = root;
  for (const step of path) {
    if (node?.kind === "object") {
      const entry = node.entries.find(({ key }) => key === step);
      if (!entry) break;
      range = entry.value?.kind === "scalar" ? { from: entry.from, to: entry.to } : entry.keyRange;
      node = entry.value;
    } else if (node?.kind === "array") {
      const item: OutlineNode | undefined = node.items[Number(step)];
      if (!item) break;
      range =
        item.kind === "scalar"
          ? { from: item.from, to: item.to }
          : { from: item.from, to: item.from + 1 };
      node = item;
    } else break;
  }
  return range;
}
