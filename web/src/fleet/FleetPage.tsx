import { CloseButton, TextInput, Title } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useDeferredValue, useEffect, useMemo } from "react";
import type { FleetHost } from "../api/types";
import { QueryNotice } from "../app/QueryNotice";
import { SearchIcon } from "../icons/icons";
import { AddMachine } from "./AddMachine";
import { FleetCards } from "./FleetCards";
import { FleetSummary } from "./FleetSummary";
import { FleetTable } from "./FleetTable";
import classes from "./fleet.module.css";
import { filterHosts, firstOrder, type SortKey, sortHosts } from "./order";
import { fleetQuery } from "./queries";

const NO_HOSTS: FleetHost[] = [];

/** Every machine with its state and load, live. */
export function FleetPage() {
  const query = useQuery(fleetQuery);
  const { q = "", sort = "name", order = firstOrder(sort) } = useSearch({ from: "/shell/" });
  const navigate = useNavigate({ from: "/" });
  const isNarrow = useMediaQuery("(max-width: 60em)", undefined, {
    getInitialValueInEffect: false,
  });
  const words = useDeferredValue(q);
  const hosts = query.data?.hosts ?? NO_HOSTS;
  const shown = useMemo(
    () => sortHosts(filterHosts(hosts, words), sort, order),
    [hosts, words, sort, order],
  );

  useEffect(() => {
    document.title = "Machines · Muster";
  }, []);

  const search = (text: string) =>
    void navigate({ search: (old) => ({ ...old, q: text || undefined }), replace: true });
  const sortBy = (key: SortKey) => {
    const turned = order === "asc" ? "desc" : "asc";
    void navigate({
      search: (old) => ({ ...old, sort: key, order: key === sort ? turned : firstOrder(key) }),
      replace: true,
    });
  };

  return (
    <>
      <div className={classes.head}>
        <div>
          <Title order={1} size="h3">
            Machines
          </Title>
          {hosts.length > 0 && <FleetSummary hosts={hosts} shown={shown.length} />}
        </div>
        {hosts.length > 0 && (
          <TextInput
            className={classes.search}
            type="search"
            aria-label="Search machines"
            placeholder="Name, address, platform, state"
            leftSection={<SearchIcon />}
            rightSection={q && <CloseButton aria-label="Clear search" onClick={() => search("")} />}
            value={q}
            onChange={(event) => search(event.currentTarget.value)}
          />
        )}
      </div>
      <QueryNotice query={query} height={420} />
      {query.data && hosts.length === 0 && <AddMachine />}
      {hosts.length > 0 && shown.length === 0 && (
        <p className={classes.nothing}>No machine matches “{words}”.</p>
      )}
      {query.data && shown.length > 0 && isNarrow && <FleetCards hosts={shown} />}
      {query.data && shown.length > 0 && !isNarrow && (
        <FleetTable
          hosts={shown}
          server_us={query.data.server_us}
          sort={sort}
          order={order}
          onSort={sortBy}
        />
      )}
    </>
  );
}
