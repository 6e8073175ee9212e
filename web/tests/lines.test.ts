import { expect, test } from "vitest";
import type { MetricAnswer, Values } from "../src/api/types";
import { only, ranksOf, toggled } from "../src/charts/hiding";
import {
  type ChartSpec,
  lastValue,
  lonePoints,
  MAX_LINES,
  stack,
  timesOf,
  toChartLines,
} from "../src/charts/lines";
import { metricsOf, SECTIONS } from "../src/host/sections";

function answerOf(series: [metric: string, labels: Record<string, string>, values: Values][]) {
  const answer: MetricAnswer = {
    from_us: 1_000e6,
    to_us: 1_030e6,
    interval_s: 10,
    series: series.map(([metric, labels, values]) => ({
      agent_id: "a",
      metric,
      labels,
      unit: "percent",
      values,
    })),
  };
  return answer;
}

const BY_DISK: ChartSpec = {
  id: "disk",
  title: "Disk",
  sources: [{ metric: "disk.used_percent", label: ({ mountpoint }) => mountpoint ?? "" }],
};

test("value i belongs to from + i * interval, also when there is no series", () => {
  expect(timesOf(answerOf([["m", {}, [1, 2, 3]]]))).toEqual([1_000, 1_010, 1_020]);
  expect(timesOf(answerOf([]))).toEqual([1_000, 1_010, 1_020]);
});

test("lines come in the order of their labels, whatever order the server has", () => {
  const chart = toChartLines(
    answerOf([
      ["disk.used_percent", { mountpoint: "/disk10" }, [1, 1, 1]],
      ["disk.used_percent", { mountpoint: "/disk9" }, [9, 9, 9]],
      ["cpu.user_percent", {}, [5, 5, 5]],
      ["disk.used_percent", {}, [2, 2, 2]],
    ]),
    BY_DISK,
  );
  expect(chart.lines.map(({ label }) => label)).toEqual(["", "/disk9", "/disk10"]);
  expect(chart.unit).toBe("percent");
});

test("what a metric runner took is not stacked on what the agent took", () => {
  const chart = toChartLines(
    answerOf([
      ["disk.used_percent", { mountpoint: "/" }, [2, 2, 2]],
      ["disk.used_percent", { mountpoint: "/", runner: "often" }, [2, 2, 2]],
    ]),
    BY_DISK,
  );
  expect(chart.lines.map(({ label }) => label)).toEqual(["/"]);
});

test("a chart keeps the highest lines and counts the others", () => {
  const series = Array.from(
    { length: MAX_LINES + 3 },
    (_, index): [string, Record<string, string>, Values] => [
      "disk.used_percent",
      { mountpoint: `/${index}` },
      [null, index, 0],
    ],
  );
  const chart = toChartLines(answerOf(series), BY_DISK);
  expect(chart.lines).toHaveLength(MAX_LINES);
  expect(chart.omitted).toBe(3);
  expect(chart.lines[0]?.label).toBe("/3");
});

test("values are multiplied by the factor and gaps stay gaps", () => {
  const chart = toChartLines(answerOf([["disk.used_percent", {}, [0.5, null, 0]]]), {
    ...BY_DISK,
    factor: 100,
  });
  expect(chart.lines[0]?.values).toEqual([50, null, 0]);
});

test("a quiet chart says so only when something was measured", () => {
  const spec = { ...BY_DISK, quietText: "All well." };
  expect(toChartLines(answerOf([["disk.used_percent", {}, [0, 0, 0]]]), spec)).toMatchObject({
    lines: [],
    isQuiet: true,
  });
  expect(
    toChartLines(answerOf([["disk.used_percent", {}, [null, null, null]]]), spec).isQuiet,
  ).toBe(false);
});

test("lines that are zero all the time are dropped only where the chart wants it", () => {
  const answer = answerOf([
    ["disk.used_percent", { mountpoint: "/a" }, [0, null, 0]],
    ["disk.used_percent", { mountpoint: "/b" }, [0, 0, 3]],
  ]);
  const labels = (spec: ChartSpec) => toChartLines(answer, spec).lines.map(({ label }) => label);
  expect(labels({ ...BY_DISK, dropsZero: true })).toEqual(["/b"]);
  expect(labels({ ...BY_DISK, quietText: "All well." })).toEqual(["/a", "/b"]);
});

test("stacking sums what is there and leaves a gap only where all lines have one", () => {
  expect(
    stack([
      [1, null, null, 4],
      [10, 20, null, null],
      [100, null, null, 400],
    ]),
  ).toEqual([
    [1, 0, null, 4],
    [11, 20, null, 4],
    [111, 20, null, 404],
  ]);
});

test("a value between two gaps is found, at both ends too", () => {
  expect(lonePoints([1, null, 2, 3, null, 0, null, null, 5])).toEqual([0, 5, 8]);
  expect(lonePoints([])).toEqual([]);
  expect(lonePoints([7])).toEqual([0]);
});

test("the last value is the newest that is there, zero included", () => {
  expect(lastValue([3, 0, null])).toBe(0);
  expect(lastValue([null])).toBeNull();
});

test("no two charts share an id and every metric is named as the model wants it", () => {
  const ids = SECTIONS.flatMap(({ charts }) => charts.map(({ id }) => id));
  expect(new Set(ids).size).toBe(ids.length);
  for (const metric of SECTIONS.flatMap(metricsOf)) {
    expect(metric).toMatch(/^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$/);
  }
});

test("one line is chosen alone, and all come back", () => {
  const labels = ["a", "b", "c"];
  const alone = only("b", labels, new Set(["b"]));
  expect([...alone]).toEqual(["a", "c"]);
  expect([...only("c", labels, alone)]).toEqual(["a", "b"]);
  expect([...only("b", labels, alone)]).toEqual([]);
  expect([...toggled("a", alone)]).toEqual(["c"]);
  expect([...toggled("b", alone)]).toEqual(["a", "c", "b"]);
});

test("the highest value ranks first, what is missing last", () => {
  expect(ranksOf([5, null, 20, 5])).toEqual([1, 3, 0, 2]);
});
