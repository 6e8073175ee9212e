import { Anchor, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useMemo, useRef } from "react";
import { ApiError } from "../api/error";
import type { Mark } from "../api/types";
import { QueryNotice } from "../app/QueryNotice";
import { usePageTitle } from "../app/usePageTitle";
import { text } from "../text";
import { ChartSection } from "./ChartSection";
import { Details } from "./Details";
import { EnlargedChart } from "./EnlargedChart";
import { HostHeader } from "./HostHeader";
import { HostTools } from "./HostTools";
import classes from "./host.module.css";
import { NotCollected } from "./NotCollected";
import { placesOf } from "./places";
import { hostQuery } from "./queries";
import { RangeBar } from "./RangeBar";
import { toRange } from "./search";
import { chartIn, otherMetrics, sectionsOf } from "./sections";
import { timelineQuery } from "./timeline/queries";
import { TimelineBand } from "./timeline/TimelineBand";
import { usePlotMarks } from "./timeline/usePlotMarks";
import { useHostSearch } from "./useHostSearch";
import { useTimeWindow } from "./useTimeWindow";

const words = text.host;
const NO_MARKS: readonly Mark[] = [];

/** One machine: what it is, how it has fared over a time range, and what runs and listens on it. */
export function HostPage() {
  const { id } = useParams({ from: "/shell/hosts/$id" });
  const { search, setSearch, setRange, goLive, enlarge, pick } = useHostSearch();
  const query = useQuery(hostQuery(id));
  const skew_us = query.data?.skew_us ?? 0;
  const range = useMemo(() => toRange(search), [search]);
  const { from_us, to_us } = useTimeWindow(range, skew_us);
  const window = useMemo(() => ({ from_us, to_us }), [from_us, to_us]);
  const timeline = useQuery(timelineQuery(id, window));
  const marks = usePlotMarks(
    search.lines === "off" ? NO_MARKS : (timeline.data?.marks ?? NO_MARKS),
    search.at,
  );
  const others = otherMetrics(query.data?.detail.last ?? []).join();
  const sections = useMemo(() => sectionsOf(others ? others.split(",") : []), [others]);
  const view = useMemo(
    () => ({ window, marks, onRange: setRange, onReset: goLive, onPick: pick }),
    [window, marks, setRange, goLive, pick],
  );
  const measured = query.data?.detail.last;
  const places = useMemo(() => placesOf(sections, measured), [sections, measured]);
  const large = chartIn(sections, search.chart);
  const details = useRef<HTMLElement>(null);
  const detail = query.data?.detail;
  const hostname = detail?.agent.hostname;

  usePageTitle(hostname ?? words.machine);

  if (query.error instanceof ApiError && query.error.status === 404) return <UnknownHost />;
  return (
    <>
      <QueryNotice query={query} height={150} />
      {detail && <HostHeader detail={detail} now_us={serverNow(skew_us)} />}
      <HostTools
        places={places}
        search={search}
        range={range}
        window={window}
        now_us={serverNow(skew_us)}
        detailsRef={details}
        onSearch={setSearch}
        onRange={setRange}
        onLive={goLive}
      />
      {detail && (
        <TimelineBand
          agent={detail.agent}
          query={timeline}
          window={window}
          search={search}
          onSearch={setSearch}
          onRange={setRange}
          onReset={goLive}
        />
      )}
      {sections.map((section) => (
        <ChartSection
          key={section.id}
          agent_id={id}
          section={section}
          compare={search.compare}
          onEnlarge={enlarge}
          {...view}
        />
      ))}
      {large && (
        <EnlargedChart
          agent_id={id}
          {...large}
          compare={search.compare}
          onClose={() => setSearch({ chart: undefined })}
          {...view}
        >
          <RangeBar
            range={range}
            window={window}
            now_us={serverNow(skew_us)}
            hint=""
            onLive={goLive}
            onChange={setRange}
          />
        </EnlargedChart>
      )}
      {detail && <NotCollected off={detail.off} interval_s={detail.interval_s} />}
      {detail && (
        <Details
          detail={detail}
          now_us={serverNow(skew_us)}
          search={search}
          sectionRef={details}
          onSearch={setSearch}
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
        {words.unknown.title}
      </Title>
      <Text c="dimmed">{words.unknown.text}</Text>
      <Anchor component={Link} to="/">
        {words.unknown.all}
      </Anchor>
    </div>
  );
}
