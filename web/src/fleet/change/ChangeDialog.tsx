import { Button, Group, Modal, Text } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { errorText } from "../../api/error";
import { Notice } from "../../app/Notice";
import { text } from "../../text";
import { type FleetChange, makeChange, tryChange } from "./change";
import { EffectList } from "./EffectList";

interface ChangeDialogProps {
  change: FleetChange | null;
  onClose: () => void;
  onDone: (change: FleetChange, revision_id: number | null) => void;
}

/** Says what a change will do and whom it touches, before it is made. */
export function ChangeDialog({ change, onClose, onDone }: ChangeDialogProps) {
  const [last, setLast] = useState(change);
  if (change && change !== last) setLast(change);
  return (
    <Modal
      opened={change !== null}
      onClose={onClose}
      title={last?.title}
      size="lg"
      closeButtonProps={{ "aria-label": text.fleet.common.close }}
    >
      {change && <Confirm change={change} onClose={onClose} onDone={onDone} />}
    </Modal>
  );
}

function Confirm({ change, onClose, onDone }: ChangeDialogProps & { change: FleetChange }) {
  const trial = useQuery({
    queryKey: ["dry-run", change.method, change.path, change.query, change.body],
    queryFn: ({ signal }) => tryChange(change, signal),
    gcTime: 0,
    retry: false,
  });
  const making = useMutation({
    mutationFn: () => makeChange(change),
    onSuccess: (revision_id) => onDone(change, revision_id),
  });
  const failure = making.error ?? trial.error;
  const isForNobody = change.isRevision === false && trial.data?.agents.length === 0;
  return (
    <>
      {change.text && <Text size="sm">{change.text}</Text>}
      {change.detail}
      {trial.isPending && (
        <Text size="sm" c="dimmed" mt="sm" role="status">
          {text.fleet.change.looking}
        </Text>
      )}
      {trial.data && <EffectList effects={trial.data} />}
      {failure && <Notice>{errorText(failure)}</Notice>}
      <Text size="xs" c="dimmed" mt="md">
        {change.isRevision === false ? text.fleet.change.cannotUndo : text.fleet.change.canUndo}
      </Text>
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={onClose}>
          {text.fleet.common.cancel}
        </Button>
        <Button
          data-autofocus
          color={change.isDangerous ? "red" : undefined}
          loading={making.isPending}
          disabled={!trial.data || isForNobody}
          onClick={() => making.mutate()}
        >
          {change.verb}
        </Button>
      </Group>
    </>
  );
}
