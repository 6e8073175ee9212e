import { Anchor, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo } from "react";
import { ApiError } from "../api/error";
import { QueryNotice } from "../app/QueryNotice";
import { ChartSection } from "./ChartSection";
import { HostHeader } from "./HostHeader";
import { HostTabs } from "./HostTabs";
import classes from "./host.module.css";
import { hostQuery } from "./queries";
import { RangeBar } from "./RangeBar";
import type { Range } from "./range";
import { fromRange, type Tab, toRange } from "./search";
import { SECTIONS } from "./sections";
import { useTimeWindow } from "./useTimeWindow";

/** One machine: what it is, how it has fared over a time range, and what runs and listens on it. */
export function HostPage() {
  const { id } = useParams({ from: "/shell/hosts/$id" });
  const search = useSearch({ from: "/shell/hosts/$id" });
  const navigate = useNavigate({ from: "/hosts/$id" });
  const query = useQuery(hostQuery(id));
  const skew_us = query.data?.skew_us ?? 0;
  const range = useMemo(() => toRange(search), [search]);
  const window = useTimeWindow(range, skew_us);
  const hostname = query.data?.detail.agent.hostname;

  useEffect(() => {
    document.title = `${hostname ?? "Machine"} · Muster`;
  }, [hostname]);

  const setRange = useCallback(
    (next: Range) =>
      void navigate({ search: (old) => ({ ...old, ...fromRange(next) }), resetScroll: false }),
    [navigate],
  );
  const setTab = (tab: Tab) =>
    void navigate({ search: (old) => ({ ...old, tab }), replace: true, resetScroll: false });

  if (query.error instanceof ApiError && query.error.status === 404) return <UnknownHost />;
  return (
    <>
      <QueryNotice query={query} height={150} />
      {query.data && <HostHeader detail={query.data.detail} now_us={serverNow(skew_us)} />}
      <RangeBar range={range} window={window} now_us={serverNow(skew_us)} onChange={setRange} />
      {SECTIONS.map((section) => (
        <ChartSection
          key={section.title}
          agent_id={id}
          section={section}
          window={window}
          onRange={setRange}
        />
      ))}
      {query.data && (
        <HostTabs
          detail={query.data.detail}
          now_us={serverNow(skew_us)}
          tab={search.tab ?? "processes"}
          onTab={setTab}
        />
      )}
    </>
  );
}

function serverNow(skew_us: number): number {
  return Date.now() * 1000 + skew_us;
}

function UnknownHost() {
  return (
    <div className={classes.unknown}>
      <Title order={1} size="h3">
        No such machine
      </Title>
      <Text c="dimmed">It may have been removed, or the address is mistyped.</Text>
      <Anchor component={Link} to="/">
        All machines
      </Anchor>
    </div>
  );
}
