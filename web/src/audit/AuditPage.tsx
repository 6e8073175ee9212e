import { Drawer } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import { PageHead } from "../app/PageHead";
import { QueryNotice } from "../app/QueryNotice";
import { SidePanel } from "../app/SidePanel";
import { useMedia } from "../app/useMedia";
import { formatCount } from "../format/number";
import { NoMatch } from "../tables/NoMatch";
import { text } from "../text";
import { AuditFilters } from "./AuditFilters";
import { AuditList } from "./AuditList";
import classes from "./audit.module.css";
import { EmptyAudit } from "./EmptyAudit";
import { EventPanel } from "./EventPanel";
import { ExportMenu } from "./ExportMenu";
import { headQuery } from "./queries";
import { type AuditSearch, hasFilters, toFilters } from "./search";
import { useAuditRows } from "./useAuditRows";

const { audit } = text;

/** Audit events, the newest first; one of them with its payload and its proof, checked here. */
export function AuditPage() {
  const search = useSearch({ from: "/shell/audit" });
  const navigate = useNavigate({ from: "/audit" });
  const filters = useMemo(() => toFilters(search), [search]);
  const head = useQuery(headQuery);
  const rows = useAuditRows(filters);
  const isWide = useMedia("(min-width: 72em)");

  const change = (part: Partial<AuditSearch>, replace = false) =>
    void navigate({ search: (old) => ({ ...old, ...part }), replace, resetScroll: false });
  const close = () => change({ event: undefined });
  useHotkeys([["Escape", () => isWide && search.event !== undefined && close()]]);
  const panel = search.event !== undefined && (
    <EventPanel key={search.event} id={search.event} onClose={isWide ? close : null} />
  );
  const isEmpty = rows.events.length === 0 && rows.query.isSuccess && !rows.query.hasNextPage;

  return (
    <>
      <PageHead
        title={audit.title}
        summary={head.data && audit.log(formatCount(head.data.size), head.data.origin)}
      >
        <ExportMenu filters={filters} head={head.data} />
      </PageHead>
      <AuditFilters filters={filters} onChange={change} onRefresh={rows.refresh} />
      <QueryNotice query={rows.query} height={420} />
      {isEmpty && !hasFilters(filters) && <EmptyAudit />}
      {isEmpty && hasFilters(filters) && (
        <NoMatch>
          <strong>{audit.noMatch}</strong>
          <p>{audit.noMatchWhy}</p>
        </NoMatch>
      )}
      <div className={classes.columns} data-open={(isWide && panel && true) || undefined}>
        <AuditList rows={rows} open={search.event} onOpen={(event) => change({ event })} />
        {isWide && panel && <SidePanel className={classes.side}>{panel}</SidePanel>}
      </div>
      <Drawer
        opened={!isWide && Boolean(panel)}
        onClose={close}
        position="right"
        size="100%"
        title={audit.event.label}
        closeButtonProps={{ "aria-label": audit.event.close }}
      >
        {panel}
      </Drawer>
    </>
  );
}
