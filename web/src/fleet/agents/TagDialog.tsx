import { Autocomplete, Button, Group, Modal, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { text } from "../../text";
import { useAskChange } from "../change/ChangesProvider";
import { tagsQuery } from "../reading";
import type { AgentLine } from "../types";
import { tagAgents, untagAgents } from "./changes";
import { tagsOf } from "./order";

const words = text.fleet.agents.bulk;

interface TagDialogProps {
  mode: "add" | "remove" | null;
  agents: readonly AgentLine[];
  onClose: () => void;
  onDone: () => void;
}

/** Asks which tag to put on agents, or to take off them. */
export function TagDialog({ mode, agents, onClose, onDone }: TagDialogProps) {
  const { data: tags } = useQuery(tagsQuery);
  const ask = useAskChange();
  const [name, setName] = useState("");
  const known = tags?.map((tag) => tag.name) ?? [];
  const ids = agents.map(({ id }) => id);
  const tag = name.trim();

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!tag) return;
    onClose();
    setName("");
    const change =
      mode === "remove" ? untagAgents(tag, ids) : tagAgents(tag, ids, known.includes(tag));
    ask({ ...change, onDone });
  };

  return (
    <Modal
      opened={mode !== null}
      onClose={onClose}
      title={mode === "remove" ? words.removeTag : words.addTag}
      closeButtonProps={{ "aria-label": text.fleet.common.close }}
    >
      <form onSubmit={submit}>
        {mode === "remove" ? (
          <Select
            data-autofocus
            label={words.tagName}
            searchable
            data={tagsOf(agents)}
            value={name || null}
            onChange={(value) => setName(value ?? "")}
          />
        ) : (
          <Autocomplete
            data-autofocus
            label={words.tagName}
            description={words.createTag}
            data={known}
            value={name}
            onChange={setName}
          />
        )}
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={onClose}>
            {text.fleet.common.cancel}
          </Button>
          <Button type="submit" disabled={!tag}>
            {mode === "remove" ? words.removeTag : words.addTag}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
