import { Button, Checkbox, Input, Switch, Text } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useAskChange } from "../../fleet/change/ChangesProvider";
import type { CollectingPage, CollectRule } from "../../fleet/types";
import { text } from "../../text";
import panel from "../settings.module.css";
import classes from "./collecting.module.css";
import { IntervalField } from "./IntervalField";
import { isPorts, PortsField } from "./PortsField";
import { changeRule, isSameRule, openCollection, toDraft } from "./rule";

const words = text.settings.collection;

/** What all agents collect while no rule for a tag or an agent says something else. */
export function AllAgents({ page, rule }: { page: CollectingPage; rule: CollectRule }) {
  const saved = toDraft(rule);
  const [draft, setDraft] = useState(saved);
  const ask = useAskChange();
  const set = (part: Partial<typeof draft>) => setDraft((old) => ({ ...old, ...part }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    ask(changeRule("all", "", "", draft));
  };
  const switchGroup = (group: string, isOn: boolean) => {
    const { [group]: _, ...others } = draft.groups;
    set({ groups: isOn ? others : { ...others, [group]: false } });
  };
  return (
    <form className={`${panel.card} ${panel.padded}`} onSubmit={submit} aria-label={words.title}>
      <Switch
        label={words.label}
        checked={page.is_open}
        onChange={({ currentTarget: { checked } }) => ask(openCollection(checked, saved))}
      />
      {!page.is_open && <Text size="sm">{words.off}</Text>}
      <IntervalField
        interval_s={draft.interval_s}
        hint={words.intervalOfAll(page.own_interval_s)}
        onChange={(interval_s) => set({ interval_s })}
      />
      <PortsField
        ports={draft.ports}
        hint={words.ports.ofAll}
        onChange={(ports) => set({ ports })}
      />
      <Input.Wrapper
        label={words.groups}
        description={words.groupsWhat}
        labelElement="div"
        w="100%"
      >
        <div className={classes.groups}>
          {page.groups.map((group) => (
            <Checkbox
              key={group}
              label={words.names[group] ?? group}
              checked={draft.groups[group] !== false}
              onChange={({ currentTarget: { checked } }) => switchGroup(group, checked)}
            />
          ))}
        </div>
      </Input.Wrapper>
      <Button
        type="submit"
        disabled={isSameRule(draft, saved) || draft.ports?.every(isPorts) === false}
      >
        {words.save}
      </Button>
    </form>
  );
}
