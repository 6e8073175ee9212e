import { Anchor, Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useDeferredValue, useMemo } from "react";
import { PageHead } from "../../app/PageHead";
import { QueryNotice } from "../../app/QueryNotice";
import { PlusIcon } from "../../icons/icons";
import { VirtualTable } from "../../tables/VirtualTable";
import { text } from "../../text";
import { Empty } from "../list/Empty";
import { Filter } from "../list/Filter";
import { ListTools } from "../list/ListTools";
import { SelectAll } from "../list/SelectAll";
import { useListSearch } from "../list/search";
import { useSelection } from "../list/selection";
import { agentsQuery } from "../reading";
import type { AgentLine } from "../types";
import { AgentBulk } from "./AgentBulk";
import { AgentDrawer } from "./AgentDrawer";
import { agentColumns } from "./columns";
import { filterAgents, sortAgents, tagsOf, versionsOf } from "./order";

const NONE: AgentLine[] = [];
const words = text.fleet.agents;

/** Every agent: what it is for, what it runs, and whether all that it read is stored. */
export function AgentsPage() {
  const query = useQuery(agentsQuery);
  const { search, change, sorting } = useListSearch("hostname");
  const agents = query.data?.agents ?? NONE;
  const asked = useDeferredValue(search);
  const shown = useMemo(
    () => sortAgents(filterAgents(agents, asked), sorting.key, sorting.order),
    [agents, asked, sorting.key, sorting.order],
  );
  const ids = useMemo(() => shown.map(({ id }) => id), [shown]);
  const selection = useSelection(ids);
  const open = ({ id }: AgentLine) => change({ open: id }, false);
  const isFiltered = Boolean(search.q || search.state || search.tag || search.version);
  const clear = () =>
    change({ q: undefined, state: undefined, tag: undefined, version: undefined });

  return (
    <>
      <PageHead title={words.title}>
        <Button component={Link} to="/add" variant="default" leftSection={<PlusIcon />}>
          {text.add.title}
        </Button>
      </PageHead>
      {agents.length > 0 && (
        <ListTools
          label={words.search}
          hint={words.searchHint}
          words={search.q ?? ""}
          onWords={(q) => change({ q })}
          count={text.fleet.common.shown(shown.length, agents.length, words.one)}
        >
          <Filter
            label={words.filters.state}
            value={search.state}
            data={Object.entries(text.fleet.common.state).map(([value, label]) => ({
              value,
              label,
            }))}
            onChange={(state) => change({ state })}
          />
          <Filter
            label={words.filters.tag}
            value={search.tag}
            data={tagsOf(agents)}
            onChange={(tag) => change({ tag })}
          />
          <Filter
            label={words.filters.version}
            value={search.version}
            data={versionsOf(agents)}
            onChange={(version) => change({ version })}
          />
          <SelectAll selection={selection} keys={ids} />
        </ListTools>
      )}
      <AgentBulk selection={selection} agents={shown} />
      <QueryNotice query={query} height={420} />
      {query.data && agents.length === 0 && (
        <Empty title={words.empty} next={words.emptyNext}>
          <Anchor component={Link} to="/add" size="sm">
            {words.emptyLink}
          </Anchor>
        </Empty>
      )}
      {agents.length > 0 && shown.length === 0 && (
        <Empty title={text.fleet.common.noMatch}>
          {isFiltered && (
            <Button variant="default" size="compact-sm" mt="sm" onClick={clear}>
              {text.fleet.common.clearFilters}
            </Button>
          )}
        </Empty>
      )}
      {shown.length > 0 && (
        <VirtualTable
          label={words.title}
          columns={agentColumns(open, selection, query.data?.server_us ?? 0)}
          rows={shown}
          rowKey={({ id }) => id}
          row_px={54}
          sort={sorting.key}
          order={sorting.order}
          onSort={sorting.by}
          onOpen={open}
          openKey={search.open}
        />
      )}
      <AgentDrawer
        agent={agents.find(({ id }) => id === search.open)}
        onClose={() => change({ open: undefined })}
      />
    </>
  );
}
