import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { errorText } from "../api/error";
import { CopyLine } from "../app/CopyLine";
import { text } from "../text";
import { createLink } from "./queries";

const { users: words } = text.settings;
const MINUTES = 15;

/** Makes a link that signs an administrator in once, and shows it this once. */
export function LinkDialog({ onClose }: { onClose: () => void }) {
  const link = useMutation({ mutationFn: createLink });
  return (
    <Modal
      opened
      onClose={onClose}
      closeOnClickOutside={!link.data}
      title={words.linkTitle}
      closeButtonProps={{ "aria-label": text.shell.close }}
      size="lg"
    >
      <Stack>
        <Text size="sm">{words.linkWhat(link.data ? link.data.valid_s / 60 : MINUTES)}</Text>
        {link.data && (
          <CopyLine
            label={words.linkText}
            content={`${window.location.origin}/sign-in#code=${link.data.code}`}
          />
        )}
        {link.isError && (
          <Text size="sm" c="var(--bad)" role="alert">
            {errorText(link.error)}
          </Text>
        )}
        <Group justify="flex-end">
          {link.data ? (
            <Button onClick={onClose}>{text.settings.done}</Button>
          ) : (
            <Button loading={link.isPending} onClick={() => link.mutate()}>
              {words.makeLink}
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}
