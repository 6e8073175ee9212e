import { Button, Group, Modal, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { errorText } from "../api/error";
import { text } from "../text";

interface ConfirmDialogProps {
  /** What will happen, as a command: `Revoke token grafana`. */
  title: string;
  /** What that means, and whether there is a way back. */
  children: ReactNode;
  action: string;
  isBusy: boolean;
  error: unknown;
  onConfirm: () => void;
  onClose: () => void;
}

/** Asks before something is ended; the way out has the focus. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { title, children, action, isBusy, error, onConfirm, onClose } = props;
  return (
    <Modal
      opened
      onClose={onClose}
      title={title}
      closeButtonProps={{ "aria-label": text.shell.close }}
    >
      <Text size="sm" component="div">
        {children}
      </Text>
      {error != null && (
        <Text size="sm" c="var(--bad)" mt="sm" role="alert">
          {errorText(error)}
        </Text>
      )}
      <Group justify="flex-end" mt="lg">
        <Button variant="default" data-autofocus onClick={onClose}>
          {text.shell.cancel}
        </Button>
        <Button color="red" loading={isBusy} onClick={onConfirm}>
          {action}
        </Button>
      </Group>
    </Modal>
  );
}
