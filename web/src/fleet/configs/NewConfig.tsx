import { Button, Group, Modal, Select, TextInput } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { text } from "../../text";
import { TEMPLATES } from "./templates";

const words = text.fleet.configs;

interface NewConfigProps {
  isOpen: boolean;
  taken: readonly string[];
  onClose: () => void;
}

/** Asks for the name of a new configuration and what it begins with; the editor makes it. */
export function NewConfig({ isOpen, taken, onClose }: NewConfigProps) {
  const [name, setName] = useState("");
  const [template, setTemplate] = useState("tailx");
  const navigate = useNavigate();
  const wanted = name.trim();
  const isTaken = taken.includes(wanted);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!wanted || isTaken) return;
    onClose();
    void navigate({ to: "/fleet/configs/$name", params: { name: wanted }, search: { template } });
  };
  const names = Object.keys(TEMPLATES) as (keyof typeof words.templates)[];
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
        <Select
          mt="md"
          label={words.template}
          allowDeselect={false}
          data={names.map((value) => ({ value, label: words.templates[value] }))}
          value={template}
          onChange={(value) => setTemplate(value ?? "tailx")}
        />
        <Group justify="flex-end" mt="lg">
          <Button variant="default" onClick={onClose}>
            {text.fleet.common.cancel}
          </Button>
          <Button type="submit" disabled={!wanted || isTaken}>
            {words.newNext}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
