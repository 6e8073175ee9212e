import { Button, CloseButton, SegmentedControl, TextInput, Title } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useDeferredValue, useMemo } from "react";
import type { Fleet } from "../api/types";
import { PlusIcon, SearchIcon } from "../icons/icons";
import { VirtualTable } from "../tables/VirtualTable";
import { text } from "../text";
import { machineColumns } from "./columns";
import { LinesProvider } from "./LinesProvider";
import { MachineGrid } from "./MachineGrid";
import classes from "./machines.module.css";
import { countStates, filterHosts, firstOrder, type SortKey, sortHosts } from "./order";
import { VIEWS, type View } from "./search";
import { isWithin, parseWithin } from "./spread";

const words = text.overview;
const ROW_PX = 52;

/** Every machine, live: as a table or as cards, found by words, in any order. */
export function MachineList({ fleet }: { fleet: Fleet }) {
  const {
    q = "",
    sort = "name",
    order = firstOrder(sort),
    view,
    within,
  } = useSearch({ from: "/shell/" });
  const navigate = useNavigate({ from: "/" });
  const isNarrow = useMediaQuery("(max-width: 60em)", undefined, {
    getInitialValueInEffect: false,
  });
  const asked = useDeferredValue(q);
  const { hosts, server_us } = fleet;
  const shown = useMemo(() => {
    const span = parseWithin(within);
    const found = filterHosts(hosts, asked);
    return sortHosts(span ? found.filter((host) => isWithin(host, span)) : found, sort, order);
  }, [hosts, asked, within, sort, order]);
  const columns = useMemo(() => machineColumns(server_us), [server_us]);
  const { all, online } = countStates(hosts);
  const change = (changes: {
    q?: string;
    within?: string;
    view?: View;
    sort?: SortKey;
    order?: typeof order;
  }) =>
    void navigate({ search: (old) => ({ ...old, ...changes }), replace: true, resetScroll: false });
  const sortBy = (key: SortKey) => {
    const turned = order === "asc" ? "desc" : "asc";
    change({ sort: key, order: key === sort ? turned : firstOrder(key) });
  };

  return (
    <section aria-labelledby="machines">
      <div className={classes.head} id="list">
        <div className={classes.titles}>
          <Title order={2} size="h4" id="machines">
            {words.machines}
          </Title>
          <p className={classes.summary}>{words.summary(all, online, shown.length)}</p>
        </div>
        {within && (
          <Button
            size="compact-sm"
            variant="light"
            rightSection="×"
            aria-label={words.allAgain(withinText(within))}
            onClick={() => change({ within: undefined })}
          >
            {withinText(within)}
          </Button>
        )}
        <div className={classes.tools}>
          <TextInput
            className={classes.search}
            type="search"
            size="sm"
            aria-label={words.search}
            placeholder={words.searchHint}
            leftSection={<SearchIcon />}
            rightSection={
              q && (
                <CloseButton
                  aria-label={words.clearSearch}
                  onClick={() => change({ q: undefined })}
                />
              )
            }
            value={q}
            onChange={(event) => change({ q: event.currentTarget.value || undefined })}
          />
          <Button component={Link} to="/add" variant="default" leftSection={<PlusIcon />}>
            {words.add}
          </Button>
          {!isNarrow && (
            <SegmentedControl
              aria-label={words.views.label}
              value={view ?? "table"}
              data={VIEWS.map((value) => ({ value, label: words.views[value] }))}
              onChange={(value) =>
                change({ view: VIEWS.find((each) => each === value && each !== "table") })
              }
            />
          )}
        </div>
      </div>
      {shown.length === 0 && (
        <p className={classes.nothing}>{words.noMatch(asked || withinText(within))}</p>
      )}
      <LinesProvider>
        {shown.length > 0 &&
          (isNarrow || view === "grid" ? (
            <MachineGrid hosts={shown} server_us={server_us} />
          ) : (
            <VirtualTable
              label={words.machines}
              columns={columns}
              rows={shown}
              rowKey={({ agent_id }) => agent_id}
              row_px={ROW_PX}
              sort={sort}
              order={order}
              onSort={sortBy}
            />
          ))}
      </LinesProvider>
    </section>
  );
}

function withinText(within: string | undefined): string {
  const span = parseWithin(within);
  return span ? words.within(words.columns[span.metric], span.from, span.to) : "";
}
