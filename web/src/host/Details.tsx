import { useQuery } from "@tanstack/react-query";
import { type RefObject, useMemo } from "react";
import type { HostDetail } from "../api/types";
import { QueryNotice } from "../app/QueryNotice";
import { text } from "../text";
import { HostTabs, type Told } from "./HostTabs";
import classes from "./host.module.css";
import { MomentBar } from "./MomentBar";
import { lastOf, momentQuery, PROCESS_METRICS, windowBefore } from "./moment";
import { DETAILS } from "./places";
import { metricsQuery } from "./queries";
import type { HostSearch } from "./search";

interface DetailsProps {
  detail: HostDetail;
  now_us: number;
  search: HostSearch;
  sectionRef: RefObject<HTMLElement | null>;
  onSearch: (search: HostSearch) => void;
}

/** What runs on a machine and what it is made of: now, or at the chosen moment. */
export function Details({ detail, now_us, search, sectionRef, onSearch }: DetailsProps) {
  const { at } = search;
  const agent_id = detail.agent.agent_id;
  const then = useTold(agent_id, at);
  const now: Told = detail;
  const isPast = at !== undefined;
  return (
    <section
      ref={sectionRef}
      id={DETAILS}
      className={classes.section}
      aria-label={text.host.details}
    >
      {isPast && (
        <MomentBar at_us={at} moment={then.query.data} onMoment={(at) => onSearch({ at })} />
      )}
      {isPast && (!then.query.data || then.query.isError) && (
        <QueryNotice query={then.query} height={240} />
      )}
      {(!isPast || then.query.data) && (
        <HostTabs
          agent_id={agent_id}
          told={isPast ? then.told : now}
          at_us={at ?? now_us}
          isPast={isPast}
          search={search}
          onSearch={onSearch}
        />
      )}
    </section>
  );
}

/** What a machine told last before a moment, with what its processes took then. */
function useTold(agent_id: string, at_us: number | undefined) {
  const query = useQuery({ ...momentQuery(agent_id, at_us ?? 0), enabled: at_us !== undefined });
  const report_us = query.data?.report_us ?? null;
  const measured = useQuery({
    ...metricsQuery(agent_id, PROCESS_METRICS, windowBefore(report_us ?? 0)),
    enabled: report_us !== null,
  });
  const told = useMemo(
    (): Told => ({
      report: query.data?.report ?? null,
      inventory: query.data?.inventory ?? null,
      last: measured.data ? lastOf(measured.data) : [],
    }),
    [query.data, measured.data],
  );
  return { query, told };
}
