import { CloseButton, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useMemo } from "react";
import type { EventType } from "../api/types";
import { PageHead } from "../app/PageHead";
import { QueryNotice } from "../app/QueryNotice";
import { formatCount } from "../format/number";
import { SearchIcon } from "../icons/icons";
import { NoMatch } from "../tables/NoMatch";
import { text } from "../text";
import { EmptyEvents } from "./EmptyEvents";
import { EventCharts } from "./EventCharts";
import { EventsTable } from "./EventsTable";
import classes from "./events.module.css";
import { filterTypes, firstOrder, sortTypes } from "./order";
import { typesQuery } from "./queries";
import { MAX_CHOSEN } from "./search";
import { useEventsState } from "./useEventsState";
import { useNow } from "./useNow";

const { events } = text;
const NO_TYPES: EventType[] = [];
const SHOWN_UNASKED = 3;

/** What was counted: names with their totals, and charts of the chosen ones. */
export function EventsPage() {
  const query = useQuery(typesQuery);
  const state = useEventsState();
  const now_us = useNow();
  const { q = "", sort = "total", order = firstOrder(sort), names } = state.search;
  const words = useDeferredValue(q);
  const types = query.data ?? NO_TYPES;
  const rows = useMemo(
    () => sortTypes(filterTypes(types, words), sort, order),
    [types, words, sort, order],
  );
  const shown = useMemo(
    () =>
      names ??
      sortTypes(types, "total", "desc")
        .slice(0, SHOWN_UNASKED)
        .map(({ name }) => name),
    [types, names],
  );
  const asked = state.askedAt(now_us);

  if (query.data && types.length === 0) return <EmptyEvents />;
  return (
    <>
      <PageHead
        title={events.title}
        summary={
          types.length > 0 && events.counted(formatCount(types.length), formatCount(sum(types)))
        }
      >
        <TextInput
          className={classes.search}
          type="search"
          aria-label={events.search}
          placeholder={events.placeholder}
          leftSection={<SearchIcon />}
          rightSection={
            q && <CloseButton aria-label={events.clearSearch} onClick={() => state.find("")} />
          }
          value={q}
          onChange={(event) => state.find(event.currentTarget.value)}
        />
      </PageHead>
      <QueryNotice query={query} height={420} />
      {query.data && (
        <div className={classes.columns}>
          <div className={classes.list}>
            {rows.length === 0 ? (
              <NoMatch>{events.nothing(words)}</NoMatch>
            ) : (
              <EventsTable
                rows={rows}
                chosen={names ?? []}
                isFull={(names?.length ?? 0) >= MAX_CHOSEN}
                asked={asked}
                sort={sort}
                order={order}
                onSort={state.sortBy}
                onToggle={state.toggle}
                onOnly={state.showOnly}
              />
            )}
          </div>
          <EventCharts
            types={types}
            names={shown}
            isAsked={names !== undefined}
            state={state}
            asked={asked}
          />
        </div>
      )}
    </>
  );
}

function sum(types: readonly EventType[]): number {
  return types.reduce((total, type) => total + type.total, 0);
}
