import { TagsInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useIsAdmin } from "../../session/AdminOnly";
import { text } from "../../text";
import { useAskChange } from "../change/ChangesProvider";
import { tagsQuery } from "../reading";
import { grantConfig, revokeConfig } from "./changes";

const words = text.fleet.config;

interface ConfigTagsProps {
  name: string;
  tags: readonly string[];
  /** The configuration is not stored yet: tags are kept until it is. */
  isNew: boolean;
  onNewTags: (tags: string[]) => void;
}

/** The tags that give a configuration to agents; each change of a stored one is asked for. */
export function ConfigTags({ name, tags, isNew, onNewTags }: ConfigTagsProps) {
  const { data } = useQuery(tagsQuery);
  const ask = useAskChange();
  const isAdmin = useIsAdmin();
  const change = (next: string[]) => {
    if (isNew) return onNewTags(next);
    const added = next.find((tag) => !tags.includes(tag));
    const removed = tags.find((tag) => !next.includes(tag));
    if (added !== undefined) ask(grantConfig(name, added));
    else if (removed !== undefined) ask(revokeConfig(name, removed));
  };
  return (
    <TagsInput
      label={words.tags}
      description={tags.length === 0 && !isNew ? words.noTags : undefined}
      placeholder={tags.length === 0 ? words.tagsHint : undefined}
      size="sm"
      readOnly={!isAdmin}
      data={data?.map((tag) => tag.name) ?? []}
      value={[...tags]}
      onChange={change}
    />
  );
}
