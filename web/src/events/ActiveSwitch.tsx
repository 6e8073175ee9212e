import { Button } from "@mantine/core";
import { useState } from "react";
import { errorText } from "../api/error";
import type { EventType } from "../api/types";
import { ConfirmDialog } from "../app/ConfirmDialog";
import { text } from "../text";
import classes from "./events.module.css";
import { useChangeType } from "./useChangeType";

const { active, failed } = text.events;

/** Switches an event off, after a word on what that means, and on again. */
export function ActiveSwitch({ type }: { type: EventType }) {
  const [isAsking, setAsking] = useState(false);
  const change = useChangeType(type.id);
  const turn = (is_active: boolean) =>
    change.mutate({ is_active }, { onSuccess: () => setAsking(false) });
  if (!type.is_active) {
    return (
      <>
        {change.isError && (
          <span className={classes.failed} role="alert">
            {failed} {errorText(change.error)}
          </span>
        )}
        <Button
          size="compact-xs"
          variant="light"
          loading={change.isPending}
          onClick={() => turn(true)}
        >
          {active.on}
        </Button>
      </>
    );
  }
  return (
    <>
      <Button size="compact-xs" variant="subtle" color="gray" onClick={() => setAsking(true)}>
        {active.off}
      </Button>
      {isAsking && (
        <ConfirmDialog
          title={active.title(type.name)}
          action={active.off}
          isBusy={change.isPending}
          error={change.error}
          onConfirm={() => turn(false)}
          onClose={() => setAsking(false)}
        >
          {active.what}
        </ConfirmDialog>
      )}
    </>
  );
}
