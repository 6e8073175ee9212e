import { Button, Checkbox } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import { useCallback, useRef, useState } from "react";
import type uPlot from "uplot";
import type { Agent, Timeline } from "../../api/types";
import { QueryNotice } from "../../app/QueryNotice";
import { formatDuration } from "../../format/duration";
import { formatCount } from "../../format/number";
import { formatBucket } from "../../format/time";
import { text } from "../../text";
import { clampWindow, type Range, type TimeWindow } from "../range";
import type { HostSearch } from "../search";
import { Lanes } from "./Lanes";
import { bucketTimes, LevelLegend, LogBars } from "./LogBars";
import { MarkList } from "./MarkList";
import { isNarrower } from "./placing";
import classes from "./timeline.module.css";

const words = text.host.timeline;

interface TimelineBandProps {
  agent: Agent;
  query: UseQueryResult<Timeline>;
  window: TimeWindow;
  search: HostSearch;
  onSearch: (search: HostSearch) => void;
  onRange: (range: Range) => void;
  onReset: () => void;
}

/** What happened to a machine, above its charts and on their axis: marks, and its log rate. */
export function TimelineBand(props: TimelineBandProps) {
  const { agent, query, window, search, onSearch, onRange, onReset } = props;
  const [cursor, setCursor] = useState<number | null>(null);
  const { plotRef, cursorRef, drive, follow } = useSharedCursor();
  const timeline = query.data;
  const isListed = search.marks === "list";
  const zoom = (from_s: number, to_s: number) =>
    onRange(clampWindow({ from_us: from_s * 1e6, to_us: to_s * 1e6 }));
  // What a zoom cannot take apart is told in the list.
  const open = (target: TimeWindow) =>
    isNarrower(target, window) ? onRange(target) : onSearch({ marks: "list" });
  return (
    <section
      id="timeline"
      className={classes.band}
      aria-label={words.title}
      aria-busy={query.isFetching}
    >
      <div className={classes.head}>
        <h2>{words.title}</h2>
        {timeline?.logs && <LevelLegend agent={agent} logs={timeline.logs} cursor={cursor} />}
        <span className={classes.time}>{timeText(timeline, cursor)}</span>
        <span className={classes.tools}>
          <Checkbox
            size="xs"
            label={words.inCharts}
            checked={search.lines !== "off"}
            onChange={(event) =>
              onSearch({ lines: event.currentTarget.checked ? undefined : "off" })
            }
          />
          <Button
            size="compact-xs"
            variant="subtle"
            aria-expanded={isListed}
            onClick={() => onSearch({ marks: isListed ? undefined : "list" })}
          >
            {isListed ? words.hideList : words.showList}
          </Button>
        </span>
      </div>
      {(!timeline || query.isError) && <QueryNotice query={query} height={150} />}
      {timeline && (
        <>
          <Lanes
            marks={timeline.marks}
            window={window}
            agent_id={agent.agent_id}
            cursorRef={cursorRef}
            onMove={drive}
            onZoom={open}
          />
          {timeline.logs ? (
            <LogBars
              agent={agent}
              logs={timeline.logs}
              window={window}
              onPlot={plotRef}
              onMove={follow}
              onCursor={setCursor}
              onZoom={zoom}
              onReset={onReset}
            />
          ) : (
            <p className={classes.quiet}>{words.tooMany}</p>
          )}
          {timeline.has_more && <p className={classes.quiet}>{words.more}</p>}
          {isListed && <MarkList marks={timeline.marks} agent_id={agent.agent_id} />}
        </>
      )}
    </section>
  );
}

function timeText(timeline: Timeline | undefined, cursor: number | null): string {
  if (!timeline?.logs) return "";
  const { interval_s, total } = timeline.logs;
  const time_s = cursor === null ? undefined : bucketTimes(timeline.logs)[cursor];
  if (time_s !== undefined) return formatBucket(time_s, interval_s);
  if (total === 0) return words.noRows;
  return `${words.total(formatCount(total))} · ${words.perBar(formatDuration(interval_s))}`;
}

/** The cursor of all charts: lanes move it by the plot of the bars, and a line follows it in them. */
function useSharedCursor() {
  const plot = useRef<uPlot | null>(null);
  const cursorRef = useRef<HTMLDivElement>(null);
  const plotRef = useCallback((opened: uPlot | null) => {
    plot.current = opened;
  }, []);
  const drive = useCallback((left_px: number | null) => {
    const place = left_px === null ? { left: -10, top: -10 } : { left: left_px, top: 1 };
    // The third argument tells the other charts; it is missing in the declared type.
    const set = plot.current?.setCursor as
      | ((at: typeof place, fires: boolean, tells: boolean) => void)
      | undefined;
    set?.(place, true, true);
  }, []);
  const follow = useCallback((left_px: number | null) => {
    const line = cursorRef.current;
    if (!line) return;
    line.hidden = left_px === null;
    if (left_px !== null) line.style.transform = `translateX(${left_px}px)`;
  }, []);
  return { plotRef, cursorRef, drive, follow };
}
