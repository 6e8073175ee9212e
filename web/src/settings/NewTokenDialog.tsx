import {
  Button,
  Checkbox,
  Group,
  Modal,
  NativeSelect,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { errorText } from "../api/error";
import { CopyLine } from "../app/CopyLine";
import { text } from "../text";
import { createToken, type MadeToken, SCOPES, type Scope, tokensQuery } from "./queries";

const { tokens: words } = text.settings;
const DEFAULT_VALID_S = 90 * 86_400;

/** Makes a token, then shows its text, once. */
export function NewTokenDialog({ onClose }: { onClose: () => void }) {
  const [made, setMade] = useState<MadeToken | null>(null);
  return (
    <Modal
      opened
      onClose={onClose}
      // The text is shown once: a click beside the dialog must not lose it.
      closeOnClickOutside={made === null}
      title={made ? words.made(made.token.name) : words.create}
      closeButtonProps={{ "aria-label": text.shell.close }}
      size="lg"
    >
      {made ? <Made made={made} onClose={onClose} /> : <Draft onMade={setMade} />}
    </Modal>
  );
}

function Draft({ onMade }: { onMade: (made: MadeToken) => void }) {
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<Scope[]>(["read"]);
  const [valid_s, setValid] = useState<string>(String(DEFAULT_VALID_S));
  const [isTried, setTried] = useState(false);
  const queries = useQueryClient();
  const create = useMutation({
    mutationFn: createToken,
    onSuccess: (made) => {
      void queries.invalidateQueries({ queryKey: tokensQuery.queryKey });
      onMade(made);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (name.trim() === "" || scopes.length === 0) return;
    create.mutate({ name: name.trim(), scopes, valid_s: valid_s === "" ? null : Number(valid_s) });
  };
  return (
    <form onSubmit={submit} aria-label={words.create}>
      <Stack>
        <TextInput
          label={text.settings.columns.name}
          description={words.nameHint}
          data-autofocus
          maxLength={128}
          value={name}
          error={isTried && name.trim() === "" && words.noName}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Checkbox.Group
          label={words.scopes}
          value={scopes}
          error={isTried && scopes.length === 0 && words.noScope}
          onChange={(chosen) => setScopes(SCOPES.filter((scope) => chosen.includes(scope)))}
        >
          <Stack gap={6} mt={6} mb={6}>
            {SCOPES.map((scope) => (
              <Checkbox
                key={scope}
                size="xs"
                value={scope}
                label={`${scope}: ${words.scopeNames[scope]}`}
              />
            ))}
          </Stack>
        </Checkbox.Group>
        <NativeSelect
          label={words.valid}
          value={valid_s}
          data={Object.entries(words.validFor).map(([value, label]) => ({ value, label }))}
          onChange={(event) => setValid(event.currentTarget.value)}
        />
        {create.isError && (
          <Text size="sm" c="var(--bad)" role="alert">
            {errorText(create.error)}
          </Text>
        )}
        <Group justify="flex-end">
          <Button type="submit" loading={create.isPending}>
            {words.make}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Made({ made, onClose }: { made: MadeToken; onClose: () => void }) {
  return (
    <Stack>
      <Text size="sm">{words.once}</Text>
      <CopyLine label={words.text} content={made.text} />
      <Text size="sm">{words.use}</Text>
      <CopyLine label={words.use} content={`Authorization: Bearer ${made.text}`} />
      <Group justify="flex-end">
        <Button onClick={onClose}>{text.settings.done}</Button>
      </Group>
    </Stack>
  );
}
