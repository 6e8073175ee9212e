import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useDeferredValue, useMemo } from "react";
import { PageHead } from "../../app/PageHead";
import { QueryNotice } from "../../app/QueryNotice";
import { VirtualTable } from "../../tables/VirtualTable";
import { text } from "../../text";
import { Empty } from "../list/Empty";
import { Filter } from "../list/Filter";
import { Hint } from "../list/Hint";
import { ListTools } from "../list/ListTools";
import { SelectAll } from "../list/SelectAll";
import { useListSearch } from "../list/search";
import { useSelection } from "../list/selection";
import { runnersQuery } from "../reading";
import type { RunnerLine } from "../types";
import { runnerColumns } from "./columns";
import { filterRunners, keyOf, sortRunners } from "./order";
import { RunnerBulk } from "./RunnerBulk";
import { RunnerDrawer } from "./RunnerDrawer";

/** With so few runners there is room for a word on how to get more. */
const FEW = 3;
const NONE: RunnerLine[] = [];
const words = text.fleet.runners;

/** Every runner: what it should do and does, with which configuration, and how far it is. */
export function RunnersPage() {
  const query = useQuery(runnersQuery);
  const { search, change, sorting } = useListSearch("name");
  const runners = query.data?.runners ?? NONE;
  const asked = useDeferredValue(search);
  const shown = useMemo(
    () => sortRunners(filterRunners(runners, asked), sorting.key, sorting.order),
    [runners, asked, sorting.key, sorting.order],
  );
  const keys = useMemo(() => shown.filter(({ is_built_in }) => !is_built_in).map(keyOf), [shown]);
  const selection = useSelection(keys);
  const open = (runner: RunnerLine) => change({ open: keyOf(runner) }, false);
  const configs = [...new Set(runners.map(({ name }) => name))];

  return (
    <>
      <PageHead title={words.title} />
      {runners.length > 0 && (
        <ListTools
          label={words.search}
          hint={words.searchHint}
          words={search.q ?? ""}
          onWords={(q) => change({ q })}
          count={text.fleet.common.shown(shown.length, runners.length, words.one)}
        >
          <Filter
            label={words.filters.config}
            value={search.config}
            data={configs}
            onChange={(config) => change({ config })}
          />
          <Filter
            label={words.filters.state}
            value={search.state}
            data={Object.entries(words.states).map(([value, label]) => ({ value, label }))}
            onChange={(state) => change({ state })}
          />
          <SelectAll selection={selection} keys={keys} />
        </ListTools>
      )}
      <RunnerBulk selection={selection} runners={shown} />
      <QueryNotice query={query} height={420} />
      {query.data && runners.length === 0 && (
        <Empty title={words.empty} next={words.emptyNext}>
          <Link to="/fleet/configs">{text.fleet.configs.title}</Link>
        </Empty>
      )}
      {runners.length > 0 && shown.length === 0 && <Empty title={text.fleet.common.noMatch} />}
      {shown.length > 0 && (
        <VirtualTable
          label={words.title}
          columns={runnerColumns(open, selection)}
          rows={shown}
          rowKey={keyOf}
          row_px={54}
          sort={sorting.key}
          order={sorting.order}
          onSort={sorting.by}
          onOpen={open}
          openKey={search.open}
        />
      )}
      {shown.length > 0 && runners.length <= FEW && (
        <Hint>
          {words.few} <Link to="/fleet/configs">{text.fleet.configs.title}</Link>
        </Hint>
      )}
      <RunnerDrawer
        runner={runners.find((runner) => keyOf(runner) === search.open)}
        server_us={query.data?.server_us ?? 0}
        onClose={() => change({ open: undefined })}
      />
    </>
  );
}
