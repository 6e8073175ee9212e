import { Button } from "@mantine/core";
import { useState } from "react";
import { AdminOnly } from "../../session/AdminOnly";
import { text } from "../../text";
import { useAskChange } from "../change/ChangesProvider";
import { SelectionBar } from "../list/SelectionBar";
import type { Selection } from "../list/selection";
import type { AgentLine } from "../types";
import { deleteAgents, upgradeAgents } from "./changes";
import { TagDialog } from "./TagDialog";

const words = text.fleet.agents.bulk;

/** What can be done with several agents at once. */
export function AgentBulk({
  selection,
  agents,
}: {
  selection: Selection;
  agents: readonly AgentLine[];
}) {
  const [tagging, setTagging] = useState<"add" | "remove" | null>(null);
  const ask = useAskChange();
  const onDone = () => selection.set([]);
  const chosen = agents.filter(({ id }) => selection.has(id));
  return (
    <AdminOnly>
      <SelectionBar selection={selection}>
        <Button size="compact-sm" variant="default" onClick={() => setTagging("add")}>
          {words.addTag}
        </Button>
        <Button size="compact-sm" variant="default" onClick={() => setTagging("remove")}>
          {words.removeTag}
        </Button>
        <Button
          size="compact-sm"
          variant="default"
          onClick={() => ask({ ...upgradeAgents(selection.keys), onDone })}
        >
          {words.upgrade}
        </Button>
        <Button
          size="compact-sm"
          variant="default"
          color="red"
          onClick={() => ask({ ...deleteAgents(selection.keys), onDone })}
        >
          {words.delete}
        </Button>
      </SelectionBar>
      <TagDialog mode={tagging} agents={chosen} onClose={() => setTagging(null)} onDone={onDone} />
    </AdminOnly>
  );
}
