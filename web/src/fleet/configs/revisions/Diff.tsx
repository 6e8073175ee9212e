import { useMemo } from "react";
import { text } from "../../../text";
import { diffLines, foldSame } from "./diff";
import classes from "./revisions.module.css";

const SIGNS = { same: " ", added: "+", removed: "−" } as const;

/** What differs between two texts, line by line. */
export function Diff({ before, after }: { before: string; after: string }) {
  const parts = useMemo(() => foldSame(diffLines(before, after)), [before, after]);
  if (before === after) return <p className={classes.quiet}>{text.fleet.revisions.noDiff}</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={classes.diff} aria-label={text.fleet.revisions.diff} tabIndex={0}>
      {parts.map((part, index) =>
        part.kind === "skipped" ? (
          <div key={index} className={classes.skipped}>
            {text.fleet.revisions.same(part.count)}
          </div>
        ) : (
          <div key={index} className={classes.lineOf} data-kind={part.kind}>
            <span className={classes.sign}>{SIGNS[part.kind]}</span>
            {part.text}
          </div>
        ),
      )}
    </section>
  );
}
