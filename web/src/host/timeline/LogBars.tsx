import { Link, useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import type uPlot from "uplot";
import type { Agent, LogRate } from "../../api/types";
import { BarChart } from "../../charts/BarChart";
import { formatCount } from "../../format/number";
import { LEVELS, type Level, levelToken } from "../../logs/levels";
import { text } from "../../text";
import type { TimeWindow } from "../range";
import { logsLink } from "./links";
import classes from "./timeline.module.css";

const words = text.host.timeline;
const BARS_PX = 76;
/** Without rows only the axis of time is drawn, for the marks above it. */
const EMPTY_PX = 28;

interface LogBarsProps {
  agent: Agent;
  logs: LogRate;
  window: TimeWindow;
  onPlot: (plot: uPlot | null) => void;
  onMove: (left_px: number | null) => void;
  onCursor: (index: number | null) => void;
  onZoom: (from_s: number, to_s: number) => void;
  onReset: () => void;
}

/** How much a machine logged over time, by level, under the cursor of the charts; no more than an axis without rows. */
export function LogBars({ agent, logs, window, ...view }: LogBarsProps) {
  const navigate = useNavigate();
  const parts = useMemo(() => levelParts(logs), [logs]);
  const times_s = useMemo(() => bucketTimes(logs), [logs]);
  const isEmpty = logs.total === 0;
  const open = (time_s: number) => {
    const index = Math.floor((time_s - logs.from_us / 1e6) / logs.interval_s);
    const from_us = logs.from_us + index * logs.interval_s * 1e6;
    void navigate(logsLink(agent, { from_us, to_us: from_us + logs.interval_s * 1e6 }));
  };
  return (
    <BarChart
      label={words.chart(formatCount(logs.total))}
      times_s={times_s}
      parts={parts}
      from_s={window.from_us / 1e6}
      to_s={window.to_us / 1e6}
      height_px={isEmpty ? EMPTY_PX : BARS_PX}
      hasScale={!isEmpty}
      top={4}
      isSynced
      onPick={isEmpty ? undefined : open}
      {...view}
    />
  );
}

interface LevelLegendProps {
  agent: Agent;
  logs: LogRate;
  cursor: number | null;
}

/** The levels with their counts; each leads to its rows. */
export function LevelLegend({ agent, logs, cursor }: LevelLegendProps) {
  const parts = useMemo(() => levelParts(logs), [logs]);
  return (
    <ul className={classes.legend}>
      {parts.map(({ level, label, token, counts, count }) => (
        <li key={level}>
          <Link {...logsLink(agent, logs, level)} title={words.openLevel(label)}>
            <span className={classes.swatch} style={{ background: `var(${token})` }} />
            {label}{" "}
            <span className={classes.legendCount}>
              {formatCount(cursor === null ? count : (counts[cursor] ?? 0))}
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

export function levelParts({ levels }: LogRate) {
  const rank = (level: string) => LEVELS.indexOf(level as Level);
  return levels
    .toSorted((one, other) => rank(one.level) - rank(other.level))
    .map(({ level, counts }) => ({
      level,
      label: level || words.noLevel,
      token: levelToken(level),
      counts,
      count: counts.reduce((sum, each) => sum + each, 0),
    }));
}

export function bucketTimes({ from_us, to_us, interval_s }: LogRate): number[] {
  const length = Math.round((to_us - from_us) / 1e6 / interval_s);
  return Array.from({ length }, (_, index) => from_us / 1e6 + index * interval_s);
}
