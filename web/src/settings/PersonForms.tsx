import {
  Button,
  Checkbox,
  Group,
  Modal,
  PasswordInput,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import { errorText } from "../api/error";
import { text } from "../text";
import { addPerson, setPassword, usersQuery } from "./queries";

const { users: words } = text.settings;

/** Adds a person with a password. */
export function AddPersonDialog({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState("");
  const [password, setText] = useState("");
  const [is_admin, setAdmin] = useState(false);
  const add = useSaving(addPerson, onClose);
  return (
    <FormDialog
      title={words.add}
      action={words.addIt}
      saving={add}
      onSubmit={() => add.mutate({ name: name.trim(), password, is_admin })}
      onClose={onClose}
    >
      <TextInput
        label={words.name}
        data-autofocus
        required
        withAsterisk={false}
        autoComplete="off"
        maxLength={128}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <PasswordField value={password} onChange={setText} />
      <Checkbox
        label={words.isAdmin}
        checked={is_admin}
        onChange={(event) => setAdmin(event.currentTarget.checked)}
      />
    </FormDialog>
  );
}

/** Gives a person another password. */
export function PasswordDialog({ name, onClose }: { name: string; onClose: () => void }) {
  const [password, setText] = useState("");
  const save = useSaving(setPassword, onClose);
  return (
    <FormDialog
      title={words.setPasswordOf(name)}
      action={words.save}
      saving={save}
      onSubmit={() => save.mutate({ name, password })}
      onClose={onClose}
    >
      <Text size="sm">{words.setPasswordWhat(name)}</Text>
      <PasswordField value={password} onChange={setText} />
    </FormDialog>
  );
}

function useSaving<Draft>(save: (draft: Draft) => Promise<unknown>, onDone: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: save,
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: usersQuery.queryKey });
      onDone();
    },
  });
}

function PasswordField({ value, onChange }: { value: string; onChange: (text: string) => void }) {
  return (
    <PasswordInput
      label={words.password}
      description={words.passwordHint}
      required
      withAsterisk={false}
      autoComplete="new-password"
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

interface FormDialogProps {
  title: string;
  action: string;
  children: ReactNode;
  saving: { isPending: boolean; isError: boolean; error: unknown };
  onSubmit: () => void;
  onClose: () => void;
}

function FormDialog({ title, action, children, saving, onSubmit, onClose }: FormDialogProps) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={title}
      closeButtonProps={{ "aria-label": text.shell.close }}
    >
      <form onSubmit={submit} aria-label={title}>
        <Stack>
          {children}
          {saving.isError && (
            <Text size="sm" c="var(--bad)" role="alert">
              {errorText(saving.error)}
            </Text>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {text.shell.cancel}
            </Button>
            <Button type="submit" loading={saving.isPending}>
              {action}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
