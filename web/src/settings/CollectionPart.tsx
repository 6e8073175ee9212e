import { Button, NumberInput, Switch, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { errorText } from "../api/error";
import { ConfirmDialog } from "../app/ConfirmDialog";
import { QueryNotice } from "../app/QueryNotice";
import { text } from "../text";
import { PartHead } from "./PartHead";
import {
  type Collection,
  type CollectionDraft,
  collectionQuery,
  saveCollection,
  settingsQuery,
} from "./queries";
import classes from "./settings.module.css";

const { collection: words } = text.settings;

/** Whether and how often agents take samples, and which ports are watched. */
export function CollectionPart() {
  const query = useQuery(collectionQuery);
  const settings = useQuery(settingsQuery);
  const ports = settings.data?.settings.find(({ key }) => key === "agent.ports")?.value;
  return (
    <>
      <PartHead title={words.title}>{words.what}</PartHead>
      <QueryNotice query={query} height={160} />
      {query.data && <CollectionForm key={query.data.interval} collection={query.data} />}
      <PartHead title={words.ports}>{words.portsWhat}</PartHead>
      <QueryNotice query={settings} height={48} />
      {settings.data && (
        <div className={classes.chips}>
          {Array.isArray(ports) && ports.length > 0
            ? ports.map((port) => (
                <span key={String(port)} className={classes.chip}>
                  {String(port)}
                </span>
              ))
            : words.noPorts}
        </div>
      )}
    </>
  );
}

function CollectionForm({ collection }: { collection: Collection }) {
  const { opened, interval } = collection;
  const [draft_s, setDraft] = useState<string | number>(Number(interval ?? 10));
  const [isStopping, setStopping] = useState(false);
  const queries = useQueryClient();
  const save = useMutation({
    mutationFn: saveCollection,
    onSuccess: () => setStopping(false),
    onSettled: () => queries.invalidateQueries({ queryKey: collectionQuery.queryKey }),
  });
  const change = (draft: CollectionDraft) => save.mutate(draft);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change({ opened: true, interval: Number(draft_s) });
  };
  return (
    <form className={`${classes.card} ${classes.padded}`} onSubmit={submit}>
      <Switch
        label={words.label}
        checked={opened}
        onChange={({ currentTarget: { checked } }) =>
          checked ? change({ opened: true }) : setStopping(true)
        }
      />
      {opened ? (
        <>
          <NumberInput
            label={words.interval}
            min={1}
            max={86_400}
            w={220}
            value={draft_s}
            onChange={setDraft}
          />
          <Button
            type="submit"
            loading={save.isPending}
            disabled={draft_s === "" || String(draft_s) === interval}
          >
            {words.save}
          </Button>
        </>
      ) : (
        <Text size="sm">{words.off}</Text>
      )}
      {save.isError && !isStopping && (
        <Text size="sm" c="var(--bad)" role="alert">
          {errorText(save.error)}
        </Text>
      )}
      {save.isSuccess && (
        <Text size="sm" role="status">
          {words.saved}
        </Text>
      )}
      {isStopping && (
        <ConfirmDialog
          title={words.stopTitle}
          action={words.stop}
          isBusy={save.isPending}
          error={save.error}
          onConfirm={() => change({ opened: false })}
          onClose={() => setStopping(false)}
        >
          {words.stopWhat}
        </ConfirmDialog>
      )}
    </form>
  );
}
