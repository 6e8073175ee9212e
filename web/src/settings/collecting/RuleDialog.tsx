import { Button, Group, Input, Modal, NativeSelect, Select, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useAskChange } from "../../fleet/change/ChangesProvider";
import { agentsQuery, tagsQuery } from "../../fleet/reading";
import type { CollectRule } from "../../fleet/types";
import { text } from "../../text";
import classes from "./collecting.module.css";
import { IntervalField } from "./IntervalField";
import { isPorts, PortsField } from "./PortsField";
import { changeRule, isSameRule, NOTHING, type RuleScope, toDraft } from "./rule";

const words = text.settings.collection;
const TARGET = /^(tag|agent) (.+)$/s;

interface RuleDialogProps {
  /** The rule to edit; without one, whom it is for is asked. */
  rule?: CollectRule;
  groups: readonly string[];
  onClose: () => void;
}

/** Writes the rule of a tag or of one agent. */
export function RuleDialog({ rule, groups, onClose }: RuleDialogProps) {
  const [whom, setWhom] = useState(rule ? `${rule.scope} ${rule.target}` : null);
  const saved = rule ? toDraft(rule) : NOTHING;
  const [draft, setDraft] = useState(saved);
  const set = (part: Partial<typeof draft>) => setDraft((old) => ({ ...old, ...part }));
  const targets = useTargets();
  const ask = useAskChange();
  const isReady = whom && !isSameRule(draft, saved) && draft.ports?.every(isPorts) !== false;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const [, scope, target = ""] = TARGET.exec(whom ?? "") ?? [];
    if (!isReady || !scope) return;
    const name = rule?.name ?? targets.nameOf(whom);
    onClose();
    ask(changeRule(scope as RuleScope, target, name, draft));
  };
  const title = rule ? words.editOf(words.whom[rule.scope]?.(rule.name) ?? rule.name) : words.add;
  return (
    <Modal
      opened
      onClose={onClose}
      title={title}
      size="lg"
      closeButtonProps={{ "aria-label": text.shell.close }}
    >
      <form onSubmit={submit} aria-label={title}>
        <Stack>
          {!rule && (
            <Select
              label={words.forWhom}
              placeholder={words.forWhomHint}
              searchable
              data={targets.data}
              value={whom}
              onChange={setWhom}
            />
          )}
          <PortsField
            ports={draft.ports}
            hint={words.ports.ofOne}
            onChange={(ports) => set({ ports })}
          />
          <IntervalField
            interval_s={draft.interval_s}
            hint={words.intervalOfOne}
            onChange={(interval_s) => set({ interval_s })}
          />
          <Input.Wrapper label={words.groups} labelElement="div">
            <div className={classes.groups}>
              {groups.map((group) => (
                <NativeSelect
                  key={group}
                  label={words.names[group] ?? group}
                  size="xs"
                  data={words.switches}
                  value={String(draft.groups[group] ?? "")}
                  onChange={({ currentTarget: { value } }) => {
                    const { [group]: _, ...others } = draft.groups;
                    set({ groups: value ? { ...others, [group]: value === "true" } : others });
                  }}
                />
              ))}
            </div>
          </Input.Wrapper>
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {text.shell.cancel}
            </Button>
            <Button type="submit" disabled={!isReady}>
              {words.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** The tags and agents for which there can be a rule. */
function useTargets() {
  const tags = useQuery(tagsQuery);
  const agents = useQuery(agentsQuery);
  const ofTags = (tags.data ?? []).map(({ name }) => ({ value: `tag ${name}`, label: name }));
  const ofAgents = (agents.data?.agents ?? []).map(({ id, hostname }) => ({
    value: `agent ${id}`,
    label: hostname || id,
  }));
  return {
    data: [
      { group: words.tags, items: ofTags },
      { group: words.agents, items: ofAgents },
    ],
    nameOf: (value: string) =>
      [...ofTags, ...ofAgents].find((one) => one.value === value)?.label ?? value,
  };
}
