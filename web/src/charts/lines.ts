import type { MetricAnswer, MetricSeries, Values } from "../api/types";

/** A line of a chart, before colours. `isLimit` lines are drawn dashed and never stacked. */
export interface Line {
  label: string;
  values: Values;
  isLimit?: boolean;
}

/** Which series a chart takes, and how it names them. */
export interface LineSource {
  metric: string;
  label: (labels: Record<string, string>) => string;
  isLimit?: boolean;
}

export interface ChartSpec {
  id: string;
  title: string;
  /** Overrides the unit that the server states. */
  unit?: string;
  /** Values are multiplied by this before they are drawn. */
  factor?: number;
  sources: readonly LineSource[];
  isStacked?: boolean;
  /** The top of the scale when no value is higher. */
  top?: number;
  /** Leave out lines that are zero all the time. */
  dropsZero?: boolean;
  /** Stands in place of the chart when all its lines are zero all the time. */
  quietText?: string;
  /** Leave out the whole chart when the machine has no such series. */
  isOptional?: boolean;
}

export interface ChartLines {
  times_s: number[];
  interval_s: number;
  unit: string;
  lines: Line[];
  /** How many lines were left out because a chart holds MAX_LINES. */
  omitted: number;
  /** There were values, all of them zero, and the chart has a `quietText`. */
  isQuiet: boolean;
}

export const MAX_LINES = 8;

/** Values of an earlier span under the times of this one, by label; `of` says how much earlier. */
export interface PastLines {
  of: string;
  values: ReadonlyMap<string, Values>;
  /** The sum of all: what a stacked chart is compared with. */
  sum: Values;
}

/**
 * Picks a chart's lines out of an answer: the highest MAX_LINES of them, in order of sources and labels.
 * What metric runners took beside the agent is left out: a stack would count it twice.
 */
export function toChartLines(
  answer: MetricAnswer,
  spec: ChartSpec,
  most: number = MAX_LINES,
): ChartLines {
  const found = spec.sources.flatMap((source, rank) =>
    answer.series
      .filter((series) => series.metric === source.metric && series.labels.runner === undefined)
      .map((series) => ({ rank, series, source })),
  );
  const loud = found.filter(({ series }) => peakOf(series.values) > 0);
  const isQuiet = spec.quietText !== undefined && loud.length === 0 && found.some(hasValues);
  const wanted = spec.dropsZero || isQuiet ? loud : found;
  const kept = wanted
    .toSorted((one, other) => peakOf(other.series.values) - peakOf(one.series.values))
    .slice(0, most);
  const lines = kept
    .map(({ rank, series, source }) => ({ rank, line: toLine(series, source, spec) }))
    .toSorted((one, other) => one.rank - other.rank || compare(one.line.label, other.line.label))
    .map(({ line }) => line);
  return {
    times_s: timesOf(answer),
    interval_s: answer.interval_s,
    unit: spec.unit ?? found[0]?.series.unit ?? "",
    lines,
    omitted: wanted.length - kept.length,
    isQuiet,
  };
}

/** The start of each bucket in Unix seconds. */
export function timesOf({ from_us, to_us, interval_s, series }: MetricAnswer): number[] {
  const length = Math.max(
    0,
    ...series.map(({ values }) => values.length),
    series.length > 0 ? 0 : Math.ceil((to_us - from_us) / 1e6 / interval_s),
  );
  return Array.from({ length }, (_, index) => from_us / 1e6 + index * interval_s);
}

/** Brings what was `shift_s` earlier under the times of a chart. */
export function toPastLines(
  chart: ChartLines,
  past: ChartLines,
  shift_s: number,
  of: string,
): PastLines {
  const start_s = (past.times_s[0] ?? 0) + shift_s;
  const moved = (values: Values): Values =>
    chart.times_s.map(
      (time_s) => values[Math.floor((time_s - start_s) / past.interval_s + 0.5)] ?? null,
    );
  const drawn = past.lines.filter(({ isLimit }) => !isLimit);
  const lines = drawn.map(({ label, values }) => [label, moved(values)] as const);
  const sum = stack(lines.map(([, values]) => values)).at(-1) ?? [];
  return { of, values: new Map(lines), sum };
}

/** Piles lines up: each value becomes the sum of itself and those below. All missing stays missing. */
export function stack(lines: readonly Values[]): Values[] {
  const sums: Values = [];
  return lines.map((values, rank) =>
    values.map((value, index) => {
      const below = rank === 0 ? null : (sums[index] ?? null);
      const isGap = lines.every((line) => (line[index] ?? null) === null);
      const sum = isGap ? null : (below ?? 0) + (value ?? 0);
      sums[index] = sum;
      return sum;
    }),
  );
}

/** The places of values between two gaps: a line alone would not show them. */
export function lonePoints(values: ArrayLike<number | null | undefined>): number[] {
  const lone: number[] = [];
  for (let index = 0; index < values.length; index++) {
    const isAlone = (values[index - 1] ?? null) === null && (values[index + 1] ?? null) === null;
    if (isAlone && (values[index] ?? null) !== null) lone.push(index);
  }
  return lone;
}

/** The newest value that is there, or null. */
export function lastValue(values: Values): number | null {
  return values.findLast((value) => value !== null) ?? null;
}

function toLine(series: MetricSeries, source: LineSource, { factor = 1 }: ChartSpec): Line {
  return {
    label: source.label(series.labels),
    values:
      factor === 1
        ? series.values
        : series.values.map((value) => (value === null ? null : value * factor)),
    isLimit: source.isLimit,
  };
}

function hasValues({ series }: { series: MetricSeries }): boolean {
  return series.values.some((value) => value !== null);
}

function peakOf(values: Values): number {
  return values.reduce<number>((peak, value) => Math.max(peak, value ?? 0), 0);
}

function compare(one: string, other: string): number {
  return one.localeCompare(other, "en", { numeric: true });
}
