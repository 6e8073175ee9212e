/** The SVG paths of a sparkline: its line and the area below, both open where values are missing. */
export function sparkPaths(
  values: readonly (number | null)[],
  width: number,
  height: number,
  top?: number,
): { line: string; area: string } {
  const peak = Math.max(top ?? 0, ...values.map((value) => value ?? 0), Number.MIN_VALUE);
  const step = values.length > 1 ? width / (values.length - 1) : 0;
  const at = (index: number) => round(index * step);
  const up = (value: number) => round(height - (Math.max(0, value) / peak) * height);
  let line = "";
  let area = "";
  for (const [first, run] of runs(values)) {
    const points = run.map((value, index) => `${at(first + index)},${up(value)}`);
    // A lone value is drawn as a dot: a line of no length with round ends.
    line += points.length === 1 ? `M${points[0]}h0` : `M${points.join("L")}`;
    area += `M${at(first)},${height}L${points.join("L")}L${at(first + run.length - 1)},${height}Z`;
  }
  return { line, area };
}

/** The SVG path between two lines on one scale, open where either is missing. */
export function bandPath(
  { low, high }: { low: readonly (number | null)[]; high: readonly (number | null)[] },
  width: number,
  height: number,
  top?: number,
): string {
  const peak = Math.max(top ?? 0, ...high.map((value) => value ?? 0), Number.MIN_VALUE);
  const step = high.length > 1 ? width / (high.length - 1) : 0;
  const place = (index: number, value: number) =>
    `${round(index * step)},${round(height - (Math.max(0, value) / peak) * height)}`;
  let path = "";
  for (const [first, run] of runs(high)) {
    const above = run.map((value, index) => place(first + index, value));
    const below = run.map((_, index) => place(first + index, low[first + index] ?? 0));
    path += `M${[...above, ...below.toReversed()].join("L")}Z`;
  }
  return path;
}

/** Yields each unbroken run of values with the index of its first. */
export function* runs(values: readonly (number | null)[]): Generator<[number, number[]]> {
  let run: number[] = [];
  for (const [index, value] of values.entries()) {
    if (value !== null) run.push(value);
    else if (run.length > 0) {
      yield [index - run.length, run];
      run = [];
    }
  }
  if (run.length > 0) yield [values.length - run.length, run];
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
