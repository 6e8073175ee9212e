import { Button } from "@mantine/core";
import type { ReactNode } from "react";
import { text } from "../../text";
import classes from "./list.module.css";
import type { Selection } from "./selection";

/** What can be done with the rows that are chosen; stays in sight while there are any. */
export function SelectionBar({
  selection,
  children,
}: {
  selection: Selection;
  children: ReactNode;
}) {
  if (selection.keys.length === 0) return null;
  return (
    <section
      className={classes.bulk}
      aria-label={text.fleet.common.selected(selection.keys.length)}
    >
      <strong>{text.fleet.common.selected(selection.keys.length)}</strong>
      {children}
      <Button size="compact-sm" variant="subtle" color="gray" onClick={() => selection.set([])}>
        {text.fleet.common.unselect}
      </Button>
    </section>
  );
}
