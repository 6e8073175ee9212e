import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useDeferredValue, useMemo, useState } from "react";
import { PageHead } from "../../app/PageHead";
import { QueryNotice } from "../../app/QueryNotice";
import { AdminOnly } from "../../session/AdminOnly";
import { VirtualTable } from "../../tables/VirtualTable";
import { text } from "../../text";
import { Empty } from "../list/Empty";
import { Hint } from "../list/Hint";
import { ListTools } from "../list/ListTools";
import { useListSearch } from "../list/search";
import { configsQuery, runnersQuery } from "../reading";
import type { Config } from "../types";
import { type ConfigLine, configColumns, filterConfigs, sortConfigs, toLines } from "./lines";
import { NewConfig } from "./NewConfig";

const NONE: Config[] = [];
/** So many configurations that nobody runs are named. */
const NAMED = 5;
const words = text.fleet.configs;

/** Every configuration: what it reads, who has it, and whether they run its newest version. */
export function ConfigsPage() {
  const query = useQuery(configsQuery);
  const { data: runners } = useQuery(runnersQuery);
  const { search, change, sorting } = useListSearch("name");
  const [isAdding, setAdding] = useState(false);
  const navigate = useNavigate();
  const configs = query.data ?? NONE;
  const asked = useDeferredValue(search);
  const shown = useMemo(() => {
    const lines = filterConfigs(toLines(configs, runners?.runners ?? []), asked.q ?? "");
    return sortConfigs(lines, sorting.key, sorting.order);
  }, [configs, runners, asked.q, sorting.key, sorting.order]);
  const isKnown = runners !== undefined;
  const idle = shown.flatMap((line) => (isKnown && line.runners === 0 ? [line.name] : []));
  const open = ({ name }: ConfigLine) =>
    void navigate({ to: "/fleet/configs/$name", params: { name } });

  return (
    <>
      <PageHead title={words.title}>
        <AdminOnly>
          <Button size="sm" onClick={() => setAdding(true)}>
            {words.create}
          </Button>
        </AdminOnly>
      </PageHead>
      {configs.length > 0 && (
        <ListTools
          label={words.search}
          hint={words.searchHint}
          words={search.q ?? ""}
          onWords={(q) => change({ q })}
          count={text.fleet.common.shown(shown.length, configs.length, words.one)}
        />
      )}
      <QueryNotice query={query} height={320} />
      {query.data && configs.length === 0 && (
        <Empty title={words.empty} next={words.emptyNext}>
          <AdminOnly>
            <Button size="sm" variant="light" onClick={() => setAdding(true)}>
              {words.create}
            </Button>
          </AdminOnly>
        </Empty>
      )}
      {configs.length > 0 && shown.length === 0 && <Empty title={text.fleet.common.noMatch} />}
      {shown.length > 0 && (
        <VirtualTable
          label={words.title}
          columns={configColumns()}
          rows={shown}
          rowKey={({ name }) => name}
          row_px={54}
          sort={sorting.key}
          order={sorting.order}
          onSort={sorting.by}
          onOpen={open}
        />
      )}
      {idle.length > 0 && shown.length === configs.length && (
        <Hint>{words.idle(idle.slice(0, NAMED).join(", "))}</Hint>
      )}
      <NewConfig
        isOpen={isAdding}
        taken={configs.map(({ name }) => name)}
        onClose={() => setAdding(false)}
      />
    </>
  );
}
