import { Button, Modal } from "@mantine/core";
import { useState } from "react";
import { errorText } from "../api/error";
import type { EventType } from "../api/types";
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
  const problem = change.isError && (
    <span className={classes.failed} role="alert">
      {failed} {errorText(change.error)}
    </span>
  );
  if (!type.is_active) {
    return (
      <>
        {problem}
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
      <Modal
        opened={isAsking}
        onClose={() => setAsking(false)}
        title={active.title(type.name)}
        closeButtonProps={{ "aria-label": active.cancel }}
      >
        <p className={classes.what}>{active.what}</p>
        {problem}
        <div className={classes.dialogTools}>
          <Button variant="default" onClick={() => setAsking(false)}>
            {active.cancel}
          </Button>
          <Button color="red" loading={change.isPending} onClick={() => turn(false)}>
            {active.off}
          </Button>
        </div>
      </Modal>
    </>
  );
}
