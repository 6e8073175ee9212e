import { Button, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { errorText } from "../api/error";
import type { EventType } from "../api/types";
import { text } from "../text";
import classes from "./events.module.css";
import { useChangeType } from "./useChangeType";

const { description: words, failed } = text.events;
const MAX_CHARACTERS = 1000;

/** What an event means, in the words of an administrator. */
export function Description({ type, isAdmin }: { type: EventType; isAdmin: boolean }) {
  const [draft, setDraft] = useState<string | null>(null);
  const change = useChangeType(type.id);
  if (draft === null) {
    if (!isAdmin && !type.description) return null;
    return (
      <p className={classes.description}>
        {type.description}
        {isAdmin && (
          <Button size="compact-xs" variant="subtle" onClick={() => setDraft(type.description)}>
            {type.description ? words.edit : words.add}
          </Button>
        )}
      </p>
    );
  }
  const save = (event: FormEvent) => {
    event.preventDefault();
    change.mutate({ description: draft.trim() }, { onSuccess: () => setDraft(null) });
  };
  return (
    <form className={classes.descriptionForm} onSubmit={save}>
      <TextInput
        size="xs"
        className={classes.descriptionField}
        aria-label={words.label(type.name)}
        autoFocus
        maxLength={MAX_CHARACTERS}
        value={draft}
        error={change.isError && `${failed} ${errorText(change.error)}`}
        onChange={(event) => setDraft(event.currentTarget.value)}
      />
      <Button type="submit" size="compact-sm" loading={change.isPending}>
        {words.save}
      </Button>
      <Button size="compact-sm" variant="default" onClick={() => setDraft(null)}>
        {words.cancel}
      </Button>
    </form>
  );
}
