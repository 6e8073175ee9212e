import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ConfirmDialog } from "../app/ConfirmDialog";
import { text } from "../text";
import { removePerson, signOutEverywhere, usersQuery } from "./queries";

const { users: words } = text.settings;

export type Ending = "signOut" | "remove";

const ENDINGS = {
  signOut: {
    title: words.signOutOf,
    what: words.signOutWhat,
    action: words.signOut,
    run: signOutEverywhere,
  },
  remove: {
    title: words.removeOf,
    what: words.removeWhat,
    action: words.remove,
    run: removePerson,
  },
} as const;

interface EndDialogProps {
  kind: Ending;
  name: string;
  onClose: () => void;
}

/** Ends the sessions of a person, or lets the person sign in no more. */
export function EndDialog({ kind, name, onClose }: EndDialogProps) {
  const { title, what, action, run } = ENDINGS[kind];
  const queries = useQueryClient();
  const end = useMutation({
    mutationFn: () => run(name),
    onSuccess: onClose,
    onSettled: () => queries.invalidateQueries({ queryKey: usersQuery.queryKey }),
  });
  return (
    <ConfirmDialog
      title={title(name)}
      action={action}
      isBusy={end.isPending}
      error={end.error}
      onConfirm={() => end.mutate()}
      onClose={onClose}
    >
      {what(name)}
    </ConfirmDialog>
  );
}
