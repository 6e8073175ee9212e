import { Button, CloseButton } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { errorText } from "../../api/error";
import { request } from "../../api/request";
import { text } from "../../text";
import { type MadeChange, restorePath } from "./change";
import classes from "./change.module.css";

interface ChangeBarProps {
  made: MadeChange;
  onUndone: () => void;
  onClose: () => void;
}

/** Says what was done, with the way back. */
export function ChangeBar({ made, onUndone, onClose }: ChangeBarProps) {
  const { revision_id } = made;
  const undo = useMutation({
    mutationFn: (id: number) => request<void>(`${restorePath(id)}?to=before`, { method: "POST" }),
    onSuccess: onUndone,
  });
  return (
    <div className={classes.bar} role="status">
      <span className={classes.what}>
        {undo.isSuccess ? text.fleet.change.undone : text.fleet.change.made(made.title)}
        {undo.isError && ` ${errorText(undo.error)}`}
      </span>
      {revision_id !== null && !undo.isSuccess && (
        <Button
          size="compact-sm"
          variant="light"
          loading={undo.isPending}
          onClick={() => undo.mutate(revision_id)}
        >
          {text.fleet.change.undo}
        </Button>
      )}
      <Link to="/fleet/changes" className={classes.all}>
        {text.fleet.change.changes}
      </Link>
      <CloseButton size="sm" aria-label={text.fleet.change.dismiss} onClick={onClose} />
    </div>
  );
}
