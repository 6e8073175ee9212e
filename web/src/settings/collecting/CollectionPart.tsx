import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { QueryNotice } from "../../app/QueryNotice";
import { ChangesProvider } from "../../fleet/change/ChangesProvider";
import { collectingQuery } from "../../fleet/reading";
import type { CollectRule } from "../../fleet/types";
import { PlusIcon } from "../../icons/icons";
import { text } from "../../text";
import { PartHead } from "../PartHead";
import { AllAgents } from "./AllAgents";
import { RuleDialog } from "./RuleDialog";
import { RuleTable } from "./RuleTable";

const words = text.settings.collection;

/** What agents collect by themselves: for all, by tag, and for single agents. */
export function CollectionPart() {
  const query = useQuery(collectingQuery);
  const [edited, setEdited] = useState<CollectRule | "new" | null>(null);
  const page = query.data;
  const [forAll, ...others] = page?.rules ?? [];
  return (
    <ChangesProvider>
      <PartHead title={words.title}>{words.what}</PartHead>
      <QueryNotice query={query} height={320} />
      {page && forAll && <AllAgents key={JSON.stringify(forAll)} page={page} rule={forAll} />}
      <PartHead
        title={words.rules}
        actions={
          <Button leftSection={<PlusIcon />} disabled={!page} onClick={() => setEdited("new")}>
            {words.add}
          </Button>
        }
      >
        {words.rulesWhat}
      </PartHead>
      {page && <RuleTable rules={others} onEdit={setEdited} />}
      {page && edited && (
        <RuleDialog
          rule={edited === "new" ? undefined : edited}
          groups={page.groups}
          onClose={() => setEdited(null)}
        />
      )}
    </ChangesProvider>
  );
}
