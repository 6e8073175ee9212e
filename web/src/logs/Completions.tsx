import { formatCount } from "../format/number";
import { text } from "../text";
import classes from "./Completions.module.css";
import type { Completion } from "./completion";

const { logs } = text;

interface CompletionsProps {
  /** The list's; an option's is this, a dash and its place. */
  id: string;
  found: readonly Completion[];
  /** The place of the chosen one; -1 is none. */
  at: number;
  onTake: (completion: Completion) => void;
}

/** What may follow in the search field, which keeps the focus. */
export function Completions({ id, found, at, onTake }: CompletionsProps) {
  return (
    <div id={id} role="listbox" aria-label={logs.completions} className={classes.completions}>
      {found.map((completion, index) => (
        // biome-ignore lint/a11y/useFocusableInteractive: the field keeps the focus
        <div
          key={completion.label}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === at}
          onMouseDown={(event) => {
            event.preventDefault();
            onTake(completion);
          }}
        >
          <span className={classes.name}>{completion.label}</span>
          <span className={classes.count}>{formatCount(completion.count)}</span>
        </div>
      ))}
    </div>
  );
}
