import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { errorText } from "../api/error";
import { text } from "../text";
import { type SettingChanged, undoSetting } from "./queries";
import classes from "./settings.module.css";
import { shownValue } from "./shownValue";

const { edit: words } = text.settings;

/** Says what was changed, and takes it back. */
export function EditedNotice({
  changed,
  onUndone,
}: {
  changed: SettingChanged;
  onUndone: () => void;
}) {
  const queries = useQueryClient();
  const undo = useMutation({
    mutationFn: undoSetting,
    onSuccess: onUndone,
    onSettled: () => queries.invalidateQueries({ queryKey: ["settings"] }),
  });
  const { key, before, after, revision } = changed;
  return (
    <div className={classes.edited} role="status">
      <span>{words.changed(key, shownValue(before), shownValue(after))}</span>
      {revision !== null && (
        <Button
          size="compact-sm"
          variant="default"
          loading={undo.isPending}
          onClick={() => undo.mutate(revision)}
        >
          {words.undo}
        </Button>
      )}
      {undo.isError && <span className={classes.bad}>{errorText(undo.error)}</span>}
    </div>
  );
}
