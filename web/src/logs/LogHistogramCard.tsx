import { Text } from "@mantine/core";
import { useMemo, useState } from "react";
import { Card } from "../app/Card";
import { BarChart } from "../charts/BarChart";
import { formatDuration } from "../format/duration";
import { formatCount } from "../format/number";
import { formatBucket, formatMoment } from "../format/time";
import { text } from "../text";
import classes from "./LogHistogramCard.module.css";
import { LEVELS, type Level, levelToken } from "./levels";
import type { LogHistogram } from "./types";

const { logs } = text;

interface LogHistogramCardProps {
  histogram: LogHistogram;
  isOld: boolean;
  onZoom: (from_s: number, to_s: number) => void;
  onReset: () => void;
  onLevel: (level: string) => void;
}

/** Rows over time by level; a drag zooms in, a level of the legend filters for it. */
export function LogHistogramCard({ histogram, isOld, ...actions }: LogHistogramCardProps) {
  const { onZoom, onReset, onLevel } = actions;
  const { from_us, to_us, interval_s, total } = histogram;
  const [cursor, setCursor] = useState<number | null>(null);
  const parts = useMemo(() => toParts(histogram), [histogram]);
  const times_s = useMemo(() => timesOf(histogram), [histogram]);
  const time_s = cursor === null ? undefined : times_s[cursor];
  const summary = logs.histogramSummary(
    formatCount(total),
    formatMoment(from_us),
    formatMoment(to_us),
    parts.map(({ label, count }) => `${formatCount(count)} ${label}`).join(", "),
  );
  return (
    <Card className={classes.histogram} aria-label={logs.histogram} data-old={isOld || undefined}>
      <div className={classes.histogramHead}>
        <strong>{logs.rowCount(total)}</strong>
        <ul className={classes.legend}>
          {parts.map(({ level, label, token, counts, count }) => (
            <li key={level}>
              <button type="button" title={logs.onlyLevel(label)} onClick={() => onLevel(level)}>
                <span className={classes.swatch} style={{ background: `var(${token})` }} />
                {label}{" "}
                <span className={classes.legendCount}>
                  {formatCount(cursor === null ? count : (counts[cursor] ?? 0))}
                </span>
              </button>
            </li>
          ))}
        </ul>
        <Text component="span" size="xs" c="dimmed" ml="auto">
          {time_s === undefined
            ? logs.perBar(formatDuration(interval_s))
            : formatBucket(time_s, interval_s)}
        </Text>
      </div>
      <BarChart
        label={summary}
        times_s={times_s}
        parts={parts}
        from_s={from_us / 1e6}
        to_s={to_us / 1e6}
        onCursor={setCursor}
        onZoom={onZoom}
        onReset={onReset}
      />
    </Card>
  );
}

function toParts({ levels }: LogHistogram) {
  const rank = (level: string) => LEVELS.indexOf(level as Level);
  return levels
    .toSorted((one, other) => rank(one.level) - rank(other.level))
    .map(({ level, counts }) => ({
      level,
      label: level || logs.noLevel,
      token: levelToken(level),
      counts,
      count: counts.reduce((sum, each) => sum + each, 0),
    }));
}

function timesOf({ from_us, to_us, interval_s }: LogHistogram): number[] {
  const length = Math.round((to_us - from_us) / 1e6 / interval_s);
  return Array.from({ length }, (_, index) => from_us / 1e6 + index * interval_s);
}
