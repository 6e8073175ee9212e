import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
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
import { tagsQuery } from "../reading";
import type { Tag } from "../types";
import { filterTags, sortTags, tagColumns } from "./lines";
import { NewTag } from "./NewTag";
import { TagDrawer } from "./TagDrawer";

const NONE: Tag[] = [];
/** So many tags without agents are named. */
const NAMED = 5;
const words = text.fleet.tags;

/** Every tag: the agents that have it, and the configurations that it gives them. */
export function TagsPage() {
  const query = useQuery(tagsQuery);
  const { search, change, sorting } = useListSearch("name");
  const [isAdding, setAdding] = useState(false);
  const tags = query.data ?? NONE;
  const asked = useDeferredValue(search.q ?? "");
  const shown = useMemo(
    () => sortTags(filterTags(tags, asked), sorting.key, sorting.order),
    [tags, asked, sorting.key, sorting.order],
  );
  const idle = tags.filter(({ agent_ids }) => agent_ids.length === 0).slice(0, NAMED);
  const open = ({ name }: Tag) => change({ open: name }, false);

  return (
    <>
      <PageHead title={words.title}>
        <AdminOnly>
          <Button size="sm" onClick={() => setAdding(true)}>
            {words.create}
          </Button>
        </AdminOnly>
      </PageHead>
      {tags.length > 0 && (
        <ListTools
          label={words.search}
          hint={words.searchHint}
          words={search.q ?? ""}
          onWords={(q) => change({ q })}
          count={text.fleet.common.shown(shown.length, tags.length, words.one)}
        />
      )}
      <QueryNotice query={query} height={320} />
      {query.data && tags.length === 0 && (
        <Empty title={words.empty} next={words.emptyNext}>
          <AdminOnly>
            <Button size="sm" variant="light" onClick={() => setAdding(true)}>
              {words.create}
            </Button>
          </AdminOnly>
        </Empty>
      )}
      {tags.length > 0 && shown.length === 0 && <Empty title={text.fleet.common.noMatch} />}
      {shown.length > 0 && (
        <VirtualTable
          label={words.title}
          columns={tagColumns(open)}
          rows={shown}
          rowKey={({ name }) => name}
          row_px={44}
          sort={sorting.key}
          order={sorting.order}
          onSort={sorting.by}
          onOpen={open}
          openKey={search.open}
        />
      )}
      {idle.length > 0 && shown.length === tags.length && (
        <Hint>{words.idle(idle.map(({ name }) => name).join(", "))}</Hint>
      )}
      <NewTag
        isOpen={isAdding}
        taken={tags.map(({ name }) => name)}
        onClose={() => setAdding(false)}
      />
      <TagDrawer
        tag={tags.find(({ name }) => name === search.open)}
        onClose={() => change({ open: undefined })}
      />
    </>
  );
}
