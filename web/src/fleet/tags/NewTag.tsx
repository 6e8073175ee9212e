import { Button, Group, Modal, MultiSelect, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { text } from "../../text";
import { useAskChange } from "../change/ChangesProvider";
import { agentsQuery, configsQuery } from "../reading";
import { addTag } from "./changes";

const words = text.fleet.tags;

interface NewTagProps {
  isOpen: boolean;
  taken: readonly string[];
  onClose: () => void;
}

/** Asks for the name of a new tag, the agents that get it, and what it gives them. */
export function NewTag({ isOpen, taken, onClose }: NewTagProps) {
  const [name, setName] = useState("");
  const [note, setNote] = useState("");
  const [agent_ids, setAgents] = useState<string[]>([]);
  const [config_names, setConfigs] = useState<string[]>([]);
  const agents = useQuery(agentsQuery);
  const configs = useQuery(configsQuery);
  const ask = useAskChange();
  const wanted = name.trim();
  const isTaken = taken.includes(wanted);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!wanted || isTaken) return;
    onClose();
    ask({
      ...addTag(wanted, { note, agent_ids, config_names }),
      onDone: () => {
        setName("");
        setNote("");
        setAgents([]);
        setConfigs([]);
      },
    });
  };

  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title={words.newTitle}
      closeButtonProps={{ "aria-label": text.fleet.common.close }}
    >
      <form onSubmit={submit}>
        <TextInput
          data-autofocus
          label={text.fleet.common.name}
          description={text.fleet.common.nameRule}
          maxLength={128}
          value={name}
          error={isTaken && words.exists}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          mt="sm"
          label={text.fleet.common.note}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        <MultiSelect
          mt="sm"
          label={words.agents}
          placeholder={agent_ids.length === 0 ? words.agentsHint : undefined}
          searchable
          data={(agents.data?.agents ?? []).map(({ id, hostname }) => ({
            value: id,
            label: hostname || id,
          }))}
          value={agent_ids}
          onChange={setAgents}
        />
        <MultiSelect
          mt="sm"
          label={words.configs}
          placeholder={config_names.length === 0 ? words.configsHint : undefined}
          searchable
          data={(configs.data ?? []).map((config) => config.name)}
          value={config_names}
          onChange={setConfigs}
        />
        <Group justify="flex-end" mt="lg">
          <Button variant="default" onClick={onClose}>
            {text.fleet.common.cancel}
          </Button>
          <Button type="submit" disabled={!wanted || isTaken}>
            {words.create}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
