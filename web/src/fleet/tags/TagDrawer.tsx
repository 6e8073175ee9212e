import { Button, Drawer, Group, MultiSelect, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useIsAdmin } from "../../session/AdminOnly";
import { text } from "../../text";
import { tagAgents, untagAgents } from "../agents/changes";
import { useAskChange } from "../change/ChangesProvider";
import { grantConfig, revokeConfig } from "../configs/changes";
import { agentsQuery, configsQuery } from "../reading";
import type { Tag } from "../types";
import { changeNote, deleteTag } from "./changes";

const words = text.fleet.tags;

/** One tag, to change: each change says first whom it touches. */
export function TagDrawer({ tag, onClose }: { tag: Tag | undefined; onClose: () => void }) {
  return (
    <Drawer
      opened={tag !== undefined}
      onClose={onClose}
      position="right"
      size="md"
      title={<strong>{tag && words.editTitle(tag.name)}</strong>}
      closeButtonProps={{ "aria-label": text.fleet.common.close }}
    >
      {tag && <TagForm key={tag.name} tag={tag} onClose={onClose} />}
    </Drawer>
  );
}

function TagForm({ tag, onClose }: { tag: Tag; onClose: () => void }) {
  const { name, agent_ids, config_names } = tag;
  const [note, setNote] = useState(tag.note);
  const agents = useQuery(agentsQuery);
  const configs = useQuery(configsQuery);
  const ask = useAskChange();
  const isAdmin = useIsAdmin();

  const changeAgents = (next: string[]) => {
    const added = next.filter((id) => !agent_ids.includes(id));
    const removed = agent_ids.filter((id) => !next.includes(id));
    if (added.length > 0) ask(tagAgents(name, added, true));
    else if (removed.length > 0) ask(untagAgents(name, removed));
  };
  const changeConfigs = (next: string[]) => {
    const added = next.find((config) => !config_names.includes(config));
    const removed = config_names.find((config) => !next.includes(config));
    if (added !== undefined) ask(grantConfig(added, name));
    else if (removed !== undefined) ask(revokeConfig(removed, name));
  };

  return (
    <>
      <Group align="end" gap="xs" wrap="nowrap">
        <TextInput
          flex={1}
          label={text.fleet.common.note}
          readOnly={!isAdmin}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        {isAdmin && (
          <Button
            variant="default"
            disabled={note === tag.note}
            onClick={() => ask(changeNote(name, note))}
          >
            {text.fleet.common.save}
          </Button>
        )}
      </Group>
      <MultiSelect
        mt="md"
        label={words.agents}
        description={agent_ids.length === 0 ? words.noAgents : undefined}
        searchable
        readOnly={!isAdmin}
        data={(agents.data?.agents ?? []).map(({ id, hostname }) => ({
          value: id,
          label: hostname || id,
        }))}
        value={agent_ids}
        onChange={changeAgents}
      />
      <MultiSelect
        mt="md"
        label={words.configs}
        description={config_names.length === 0 ? words.noConfigs : undefined}
        searchable
        readOnly={!isAdmin}
        data={(configs.data ?? []).map((config) => config.name)}
        value={config_names}
        onChange={changeConfigs}
      />
      {isAdmin && (
        <Button
          mt="xl"
          variant="light"
          color="red"
          onClick={() => ask({ ...deleteTag(name), onDone: onClose })}
        >
          {words.delete(name)}
        </Button>
      )}
    </>
  );
}
