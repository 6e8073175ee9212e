import {
  Button,
  Group,
  Modal,
  NativeSelect,
  NumberInput,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { errorText } from "../api/error";
import { formatBytes } from "../format/bytes";
import { formatCount } from "../format/number";
import { text } from "../text";
import {
  changeSetting,
  clearSetting,
  type Dropped,
  type SettingChanged,
  type SettingRow,
  trialQuery,
} from "./queries";
import { shownValue } from "./shownValue";

const { edit: words } = text.settings;
const WAIT_MS = 250;

interface SettingDialogProps {
  row: SettingRow;
  /** What people call it; without it its key stands there. */
  name?: string;
  onDone: (changed: SettingChanged) => void;
  onClose: () => void;
}

/** Changes a setting: says beforehand what that drops, and offers what file and environment say. */
export function SettingDialog({ row, name = row.key, onDone, onClose }: SettingDialogProps) {
  const [value, setValue] = useState<string | number>(row.value as string | number);
  const [asked] = useDebouncedValue(value, WAIT_MS);
  const isSame = value === row.value;
  const trial = useQuery({ ...trialQuery(row.key, asked), enabled: asked !== row.value });
  const queries = useQueryClient();
  const save = useMutation({
    mutationFn: (next: string | number | null) =>
      next === null ? clearSetting(row.key) : changeSetting(row.key, next),
    onSuccess: onDone,
    onSettled: () => queries.invalidateQueries({ queryKey: ["settings"] }),
  });
  const problem = save.error ?? (isSame ? null : trial.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isSame && value !== "") save.mutate(value);
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={words.title(name)}
      closeButtonProps={{ "aria-label": text.shell.close }}
    >
      <form onSubmit={submit} aria-label={words.title(name)}>
        <Stack>
          <Field row={row} value={value} onChange={setValue} />
          <div aria-live="polite">
            {!isSame && trial.data && !problem && <Drops dropped={trial.data.dropped} />}
            {problem != null && (
              <Text size="sm" c="var(--bad)" role="alert">
                {errorText(problem)}
              </Text>
            )}
          </div>
          <Text size="sm" c="dimmed">
            {words.from(row.origin)}
            {row.origin === "console" &&
              ` ${words.beneath(shownValue(row.given), words.origin(row.given_origin))}`}
          </Text>
          <Group justify="flex-end">
            {row.origin === "console" && (
              <Button variant="default" loading={save.isPending} onClick={() => save.mutate(null)}>
                {words.takeBack(shownValue(row.given))}
              </Button>
            )}
            <Button type="submit" loading={save.isPending} disabled={isSame || value === ""}>
              {words.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

interface FieldProps {
  row: SettingRow;
  value: string | number;
  onChange: (value: string | number) => void;
}

function Field({ row: { key, expected, value: old }, value, onChange }: FieldProps) {
  const label = words.labels[key] ?? key;
  const choices = /^one of (.+)$/.exec(expected)?.[1]?.split(", ");
  if (choices) {
    return (
      <NativeSelect
        label={label}
        data={choices}
        value={value}
        data-autofocus
        onChange={({ currentTarget }) => onChange(currentTarget.value)}
      />
    );
  }
  if (typeof old === "number") {
    const [, min = "", max = ""] = /from (\d+) to (\d+)/.exec(expected) ?? [];
    return (
      <NumberInput
        label={label}
        description={expected}
        min={Number(min) || 1}
        max={Number(max) || undefined}
        clampBehavior="none"
        allowDecimal={false}
        data-autofocus
        value={value}
        onChange={onChange}
      />
    );
  }
  return (
    <TextInput
      label={label}
      data-autofocus
      value={value}
      onChange={({ currentTarget }) => onChange(currentTarget.value)}
    />
  );
}

function Drops({ dropped }: { dropped: Dropped | null }) {
  if (dropped === null) return null;
  const { days, rows, stored_bytes } = dropped;
  if (days.length === 0) return <Text size="sm">{words.dropsNothing}</Text>;
  return (
    <Text size="sm" c="var(--bad)">
      {words.drops(
        formatBytes(stored_bytes),
        formatCount(rows),
        days.length,
        String(days[0]),
        String(days.at(-1)),
      )}
    </Text>
  );
}
