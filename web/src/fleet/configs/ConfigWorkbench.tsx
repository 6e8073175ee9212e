import { SegmentedControl, Skeleton, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { text } from "../../text";
import { checkConfig, runnersQuery } from "../reading";
import { runsNewest } from "../runners/RunnerState";
import type { Config, ConfigParts } from "../types";
import { ConfigTags } from "./ConfigTags";
import { ConfigTools } from "./ConfigTools";
import classes from "./configs.module.css";
import { SaveBar } from "./SaveBar";
import { PANES, type Pane } from "./search";
import { useDraft } from "./useDraft";

const ConfigEditor = lazy(async () => ({
  default: (await import("./editor/ConfigEditor")).ConfigEditor,
}));
const words = text.fleet.config;

interface ConfigWorkbenchProps {
  name: string;
  /** None: it is being made. */
  stored: Config | undefined;
  first: unknown;
  parts: ConfigParts;
}

/** The editor on one side, what comes of it on the other. */
export function ConfigWorkbench({ name, stored, first, parts }: ConfigWorkbenchProps) {
  const { tab, pane = tab ? "tools" : "editor" } = useSearch({
    from: "/shell/fleet/configs/$name",
  });
  const navigate = useNavigate({ from: "/fleet/configs/$name" });
  const draft = useDraft(stored, first);
  const [newTags, setNewTags] = useState<string[]>([]);
  const { data } = useQuery(runnersQuery);
  const runners = (data?.runners ?? []).filter((runner) => runner.name === name);
  const applied = runners.filter(runsNewest).length;
  return (
    <div className={classes.bench} data-pane={pane}>
      <SegmentedControl
        className={classes.panes}
        aria-label={words.pane}
        fullWidth
        value={pane}
        data={PANES.map((value) => ({ value, label: words.panes[value] }))}
        onChange={(next) =>
          void navigate({
            search: (old) => ({ ...old, pane: next as Pane }),
            replace: true,
            resetScroll: false,
          })
        }
      />
      <section className={classes.side} aria-label={words.editor}>
        <div className={classes.about}>
          <TextInput
            label={words.note}
            placeholder={words.noteHint}
            size="sm"
            value={draft.note}
            onChange={(event) => draft.setNote(event.currentTarget.value)}
          />
          <ConfigTags
            name={name}
            tags={stored ? stored.tags : newTags}
            isNew={!stored}
            onNewTags={setNewTags}
          />
        </div>
        <div className={classes.frame}>
          <Suspense fallback={<Skeleton height="100%" />}>
            <ConfigEditor
              label={words.editor}
              text={draft.text}
              parts={parts}
              check={checkConfig}
              onText={draft.setText}
              onVerdict={draft.setVerdict}
            />
          </Suspense>
        </div>
        <SaveBar name={name} draft={draft} isNew={!stored} newTags={newTags} />
        {runners.length > 0 && (
          <p className={classes.applied} role="status" data-testid="applied">
            {words.applied(applied, runners.length)}
          </p>
        )}
      </section>
      <ConfigTools name={name} draft={draft.config} runners={runners} isNew={!stored} />
    </div>
  );
}
