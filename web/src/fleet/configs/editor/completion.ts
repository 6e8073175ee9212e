import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import { snippet } from "@codemirror/autocomplete";
import type { ConfigParts } from "../../types";
import { nodeAt, placeAt, readOutline } from "./outline";
import { keyAt, keysAt, type SectionKey } from "./sections";

/** Completes keys and values of a configuration by what the server says that there is. */
export function completeFrom(parts: ConfigParts) {
  return (context: CompletionContext): CompletionResult | null => {
    const text = context.state.doc.toString();
    const place = placeAt(text, context.pos);
    if (
      !context.explicit &&
      place.from === place.to &&
      !/[{,:["]\s*$/.test(text.slice(0, place.from))
    )
      return null;
    const root = readOutline(text);
    const options =
      place.part === "key"
        ? toKeyCompletions(unusedKeys(parts, root, place), place.hasColon)
        : toValueCompletions(keyAt(parts, root, place.path));
    if (options.length === 0) return null;
    return { from: place.from, to: place.to, options, filter: true };
  };
}

function unusedKeys(
  parts: ConfigParts,
  root: ReturnType<typeof readOutline>,
  place: ReturnType<typeof placeAt>,
): SectionKey[] {
  const object = nodeAt(root, place.path);
  const used = new Set(
    object?.kind === "object"
      ? object.entries.filter(({ keyRange }) => keyRange.from !== place.from).map(({ key }) => key)
      : [],
  );
  return keysAt(parts, root, place.path).filter(({ name }) => !used.has(name));
}

// What is matched is the text with its quote, so labels have theirs.
function toKeyCompletions(keys: readonly SectionKey[], hasColon: boolean): Completion[] {
  return keys.map((key) => {
    const label = JSON.stringify(key.name);
    return {
      label,
      displayLabel: key.name,
      detail: key.detail,
      info: key.info || undefined,
      type: "property",
      boost: key.isRequired ? 50 : 0,
      apply: hasColon ? label : snippet(`${escapeSnippet(label)}: ${toSnippet(key.first)}`),
    };
  });
}

function toValueCompletions(key: SectionKey | undefined): Completion[] {
  return (key?.values ?? []).map((value) => ({
    label: JSON.stringify(value),
    displayLabel: String(value),
    type: "enum",
  }));
}

/** The first value of a key, with what is to be replaced selected. */
function toSnippet(value: unknown): string {
  if (typeof value === "string") return `"#{${escapeSnippet(value)}}"`;
  if (Array.isArray(value) && value.length === 0) return "[#{}]";
  if (typeof value === "object" && value !== null) {
    const text = JSON.stringify(value, null, 2);
    return text === "{}" ? "{#{}}" : escapeSnippet(text);
  }
  return `#{${JSON.stringify(value)}}`;
}

function escapeSnippet(text: string): string {
  return text.replace(/[{}]/g, "\\$&");
}
