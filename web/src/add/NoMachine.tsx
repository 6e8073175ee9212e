import { useState } from "react";
import { EmptyState } from "../app/EmptyState";
import { text } from "../text";
import { AddMachine } from "./AddMachine";
import type { AddSearch } from "./search";

/** What an empty fleet shows: how the first machine comes in. */
export function NoMachine() {
  const [choices, setChoices] = useState<AddSearch>({});
  return (
    <EmptyState title={text.add.none}>
      <p>{text.add.what}</p>
      <AddMachine
        choices={choices}
        onChoose={(chosen) => setChoices((old) => ({ ...old, ...chosen }))}
      />
    </EmptyState>
  );
}
