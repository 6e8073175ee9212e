import { text } from "../../text";
import { Diff } from "../configs/revisions/Diff";
import type { Revision } from "../types";
import page from "./changes.module.css";
import { useNaming } from "./naming";

const words = text.fleet.changes;

/** What a revision wrote, each entry before and after. */
export function Entries({ revision: { changes, size } }: { revision: Revision }) {
  const named = useNaming();
  return (
    <>
      {changes.map(({ kind, name, other, before, after }) => (
        <div key={`${kind} ${name} ${other}`} className={page.entry}>
          <span>
            {words.kinds[kind] ?? kind}{" "}
            <strong>{[name, other].filter(Boolean).map(named).join(" · ")}</strong>
          </span>
          {isPlain(before) && isPlain(after) ? (
            <span className={page.sign}>{after === null ? "−" : "+"}</span>
          ) : (
            <Diff before={toLines(before)} after={toLines(after)} />
          )}
        </div>
      ))}
      {size > changes.length && (
        <p className={page.text}>{text.fleet.common.more(size - changes.length)}</p>
      )}
    </>
  );
}

/** Tells whether there is nothing to say of an entry but that it is there, or not. */
function isPlain(entry: unknown): boolean {
  return entry === null || (typeof entry === "object" && Object.keys(entry).length === 0);
}

function toLines(entry: unknown): string {
  return entry === null ? "" : JSON.stringify(entry, null, 2);
}
