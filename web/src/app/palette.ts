import { text } from "../text";
import type { Section } from "./sections";

/** A line of the palette of commands; `run` does it. */
export interface Command {
  id: string;
  kind: "page" | "machine" | "config" | "action";
  label: string;
  /** What stands beside the label: keys, an address. */
  note?: string;
  run: () => void;
}

const MAX_FOUND = 40;

/** Returns the commands that hold every word; those that begin with the words come first. */
export function findCommands(commands: readonly Command[], words: string): Command[] {
  const wanted = words.trim().toLowerCase();
  const parts = wanted.split(/\s+/).filter(Boolean);
  const found = commands.filter(({ label, note = "" }) => {
    const content = `${label}\n${note}`.toLowerCase();
    return parts.every((part) => content.includes(part));
  });
  return found
    .toSorted((one, other) => rank(one, wanted) - rank(other, wanted))
    .slice(0, MAX_FOUND);
}

function rank({ label }: Command, wanted: string): number {
  return wanted !== "" && label.toLowerCase().startsWith(wanted) ? 0 : 1;
}

export function pageCommands(
  sections: readonly Section[],
  go: (path: Section["path"]) => void,
): Command[] {
  return sections.map(({ path, label, key }) => ({
    id: `page ${path}`,
    kind: "page",
    label,
    note: text.commands.goKeys(key),
    run: () => go(path),
  }));
}
