import { describe, expect, test } from "vitest";
import { clockSkew, metricsPath } from "../src/host/queries";
import {
  bucketStep,
  clampWindow,
  PRESET_NAMES,
  PRESETS,
  shift,
  widen,
  windowOf,
  windowUntil,
} from "../src/host/range";
import { fromRange, parseHostSearch, toRange } from "../src/host/search";

const NOW_US = 1_795_245_673_456_789;

test.each([
  [900, 10],
  [3_000, 10],
  [3_600, 20],
  [21_600, 80],
  [86_400, 290],
  [2_592_000, 8_640],
])("a span of %d s has buckets of %d s, at most 300", (span_s, step_s) => {
  expect(bucketStep(span_s * 1e6)).toBe(step_s);
  expect(span_s / step_s).toBeLessThanOrEqual(300);
});

test.each(PRESET_NAMES)("the live range %s ends at a whole bucket before now", (live) => {
  const { from_us, to_us } = windowOf({ live }, NOW_US);
  const step_us = bucketStep(to_us - from_us) * 1e6;
  expect(to_us - from_us).toBe(PRESETS[live].span_s * 1e6);
  expect(to_us % step_us).toBe(0);
  expect(NOW_US - to_us).toBeGreaterThanOrEqual(0);
  expect(NOW_US - to_us).toBeLessThan(step_us);
});

test("a live window stays the same until its next bucket, a fixed one for ever", () => {
  const window = windowOf({ live: "1h" }, 1_800_000_000e6);
  expect(windowOf({ live: "1h" }, 1_800_000_019e6)).toEqual(window);
  expect(windowOf({ live: "1h" }, 1_800_000_020e6)).not.toEqual(window);
  expect(windowOf(window, NOW_US + 1e12)).toBe(window);
});

test("a zoom is at least a minute, at most a year, never before 1970, in whole seconds", () => {
  const tiny = clampWindow({ from_us: NOW_US, to_us: NOW_US + 5 });
  expect(tiny.to_us - tiny.from_us).toBe(60e6);
  expect(tiny.from_us % 1e6).toBe(0);
  expect(tiny.from_us).toBeLessThan(NOW_US);
  expect(tiny.to_us).toBeGreaterThan(NOW_US);
  const huge = clampWindow({ from_us: 0, to_us: 4e15 });
  expect(huge.to_us - huge.from_us).toBe(366 * 86_400e6);
  expect(clampWindow({ from_us: 0, to_us: 10e6 }).from_us).toBe(0);
});

describe("moving in time", () => {
  const hour = windowOf({ live: "1h" }, NOW_US);

  test("half a span back, and later again, is live once more", () => {
    const back = shift(hour, -0.5, NOW_US);
    if ("live" in back) throw new Error("a window in the past is not live");
    expect(hour.to_us - back.to_us).toBe(1800e6);
    expect(shift(back, 0.5, NOW_US)).toEqual({ live: "1h" });
  });

  test("more time around the past doubles the span", () => {
    const past = { from_us: NOW_US - 100_000e6, to_us: NOW_US - 96_400e6 };
    const wider = widen(past, NOW_US);
    if ("live" in wider) throw new Error("a window in the past is not live");
    expect(wider.to_us - wider.from_us).toBe(7_200e6);
  });

  test("more time up to now takes the next preset, and the longest span at last", () => {
    expect(widen(hour, NOW_US)).toEqual({ live: "6h" });
    const month = windowOf({ live: "30d" }, NOW_US);
    const wider = widen(month, NOW_US);
    if ("live" in wider) throw new Error("no preset is that long");
    expect(wider.to_us).toBeLessThanOrEqual(NOW_US + 1e6);
    expect(wider.to_us - wider.from_us).toBe(2 * 2_592_000e6);
  });
});

describe("the range in the address", () => {
  test.each([...PRESET_NAMES.map((live) => ({ live })), { from_us: 60e6, to_us: 120e6 }])(
    "%o comes back from the address",
    (range) => {
      const search = JSON.parse(JSON.stringify(fromRange(range))) as Record<string, unknown>;
      expect(toRange(parseHostSearch(search))).toEqual(range);
    },
  );

  test.each([
    {},
    { range: "2h" },
    { range: "constructor" },
    { from: "1", to: "2" },
    { from: 5, to: 5 },
    { from: 9e15, to: 1 },
    { from: -1, to: 100e6 },
    { from: 0, to: Number.NaN },
    { from: 0, to: 1e300 },
    { tab: "__proto__" },
  ])("rubbish %o is the last hour", (search) => {
    const parsed = parseHostSearch(search);
    expect(toRange(parsed)).toEqual({ live: "1h" });
    expect(parsed.tab).toBeUndefined();
  });
});

test("a metrics query escapes what it is given and repeats its metrics", () => {
  const path = metricsPath("a&b=c/ü", ["cpu.user_percent", "load.1m"], { from_us: 1, to_us: 2 });
  const query = new URL(path, "http://host").searchParams;
  expect(query.get("agent")).toBe("a&b=c/ü");
  expect(query.getAll("metric")).toEqual(["cpu.user_percent", "load.1m"]);
  expect([query.get("from"), query.get("to")]).toEqual(["1", "2"]);
});

test("a skew is taken in steps of ten seconds and only when clocks clearly differ", () => {
  expect(clockSkew(null, NOW_US)).toBe(0);
  expect(clockSkew(NOW_US + 1.9e6, NOW_US)).toBe(0);
  expect(clockSkew(NOW_US + 62e6, NOW_US)).toBe(60e6);
  expect(clockSkew(NOW_US - 3_600e6, NOW_US)).toBe(-3_600e6);
});

test("the part of a window until a moment has that moment in it, and is a minute at least", () => {
  const day = { from_us: 0, to_us: 86_400e6 };
  expect(windowUntil(day, 7_200e6 + 1)).toEqual({ from_us: 0, to_us: 7_201e6 });
  expect(windowUntil(day, 7_200e6)).toEqual({ from_us: 0, to_us: 7_200e6 });
  const minute = { from_us: 600e6, to_us: 660e6 };
  expect(windowUntil(minute, 630e6)).toEqual({ from_us: 570e6, to_us: 630e6 });
});
