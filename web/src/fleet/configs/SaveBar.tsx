import { Button, Group } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { AdminOnly } from "../../session/AdminOnly";
import { text } from "../../text";
import { useAskChange } from "../change/ChangesProvider";
import { addConfig, deleteConfig, saveConfig } from "./changes";
import classes from "./configs.module.css";
import { Diff } from "./revisions/Diff";
import { toText } from "./templates";
import type { Draft } from "./useDraft";

const words = text.fleet.config;

interface SaveBarProps {
  name: string;
  draft: Draft;
  isNew: boolean;
  newTags: string[];
}

/** What the server says of the draft, and the way to save it. */
export function SaveBar({ name, draft, isNew, newTags }: SaveBarProps) {
  const ask = useAskChange();
  const navigate = useNavigate();
  const { problems } = draft;
  const isOk = problems?.length === 0;
  const isUnsaved = isNew || draft.isChanged;

  const save = () => {
    const written = { config: draft.config, note: draft.note };
    if (isNew) return ask(addConfig(name, written, newTags));
    const detail = <Diff before={draft.base} after={toText(draft.config)} />;
    return ask({ ...saveConfig(name, written), detail });
  };
  const remove = () =>
    ask({ ...deleteConfig(name), onDone: () => void navigate({ to: "/fleet/configs" }) });

  return (
    <div className={classes.save}>
      <span
        role="status"
        data-bad={problems?.length ? true : undefined}
        className={classes.verdict}
      >
        {problems === null && words.check.checking}
        {isOk && `✓ ${words.check.ok}`}
        {problems !== null &&
          !isOk &&
          (draft.isJson ? words.check.problems(problems.length) : words.check.notJson)}
      </span>
      <span className={classes.keys}>{isUnsaved ? words.unsaved : words.keys}</span>
      <AdminOnly>
        <Group gap="xs" ml="auto">
          {!isNew && !draft.isChanged && (
            <Button size="sm" variant="subtle" color="red" c="var(--bad)" onClick={remove}>
              {text.fleet.common.delete}
            </Button>
          )}
          {draft.isChanged && (
            <Button size="sm" variant="default" onClick={draft.discard}>
              {words.revert}
            </Button>
          )}
          <Button
            size="sm"
            disabled={!isUnsaved || !isOk || draft.config === undefined}
            onClick={save}
          >
            {isNew ? words.create : words.review}
          </Button>
        </Group>
      </AdminOnly>
    </div>
  );
}
