import { Button, NativeSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Inventory, InventoryVersion } from "../../api/types";
import { QueryNotice } from "../../app/QueryNotice";
import { formatMoment } from "../../format/time";
import { text } from "../../text";
import type { HostSearch } from "../search";
import { DifferenceTable } from "./DifferenceTable";
import { InventoryFacts } from "./InventoryFacts";
import classes from "./inventory.module.css";
import { differencesQuery, versionsQuery } from "./queries";
import { VersionList } from "./VersionList";

const PAGE = 30;
const words = text.host.inventory;

interface InventoryPanelProps {
  agent_id: string;
  /** As it is, or was at the chosen moment. */
  inventory: Inventory | null;
  search: HostSearch;
  onSearch: (search: HostSearch) => void;
}

/** What a machine was made of over time: versions, and what differs between two of them. */
export function InventoryPanel({ agent_id, inventory, search, onSearch }: InventoryPanelProps) {
  const [limit, setLimit] = useState(PAGE);
  const query = useQuery(versionsQuery(agent_id, limit));
  const versions = query.data?.versions ?? [];
  const open = versions.find(({ id }) => id === search.look) ?? versions[0];
  if (query.data && !open) return <p className={classes.quiet}>{words.notYet}</p>;
  return (
    <>
      {inventory && <InventoryFacts inventory={inventory} />}
      {(!query.data || query.isError) && <QueryNotice query={query} height={200} />}
      {open && (
        <div className={classes.panel}>
          <div>
            <VersionList
              versions={versions}
              openId={open.id}
              onOpen={(id) => onSearch({ look: id, against: undefined })}
            />
            {query.data?.next && (
              <Button
                size="compact-xs"
                variant="default"
                loading={query.isPlaceholderData}
                onClick={() => setLimit(limit + PAGE)}
              >
                {words.older}
              </Button>
            )}
          </div>
          <Differences
            agent_id={agent_id}
            open={open}
            older={versions.filter(({ id }) => id < open.id)}
            against={search.against}
            onAgainst={(against) => onSearch({ look: open.id, against })}
          />
        </div>
      )}
    </>
  );
}

interface DifferencesProps {
  agent_id: string;
  open: InventoryVersion;
  older: readonly InventoryVersion[];
  against: number | undefined;
  onAgainst: (id: number | undefined) => void;
}

function Differences({ agent_id, open, older, against, onAgainst }: DifferencesProps) {
  const old = older.some(({ id }) => id === against) ? against : older[0]?.id;
  const query = useQuery({
    ...differencesQuery(agent_id, old ?? 0, open.id),
    enabled: old !== undefined,
  });
  return (
    <section className={classes.open} aria-label={words.differences}>
      <div className={classes.openHead}>
        <h3>{formatMoment(open.ts_us)}</h3>
        {older.length > 0 && (
          <NativeSelect
            size="xs"
            aria-label={words.against}
            value={String(old)}
            data={older.map(({ id, ts_us }, index) => ({
              value: String(id),
              label:
                index === 0 ? `${words.previous}, ${formatMoment(ts_us)}` : formatMoment(ts_us),
            }))}
            onChange={({ currentTarget: { value } }) =>
              onAgainst(value === String(older[0]?.id) ? undefined : Number(value))
            }
          />
        )}
      </div>
      {old === undefined && <p className={classes.quiet}>{words.isFirst}</p>}
      {old !== undefined && <QueryNotice query={query} height={90} />}
      {query.data && old !== undefined && <DifferenceTable differences={query.data} />}
    </section>
  );
}
