import { afterEach, expect, test, vi } from "vitest";
import { countsOf } from "../src/events/batch";
import { toCsv } from "../src/events/csv";
import { bucketLabel } from "../src/events/labels";
import { filterTypes, sortTypes } from "../src/events/order";
import { isDrawable, stepOf, windowOf, zoomed } from "../src/events/range";
import { parseEventsSearch } from "../src/events/search";

const DAY_US = 86_400e6;
const type = (id: number, name: string, total: number, description = "") => ({
  id,
  name,
  total,
  description,
  created_us: 0,
  is_active: true,
});

afterEach(() => vi.unstubAllGlobals());

test("a live window ends with the minute and is as long as its preset", () => {
  const window = windowOf({ live: "7d" }, 1_790_000_001e6);
  expect(window.to_us % 60e6).toBe(0);
  expect(window.to_us - window.from_us).toBe(7 * DAY_US);
});

test("bars are as fine as one can tell apart, or as asked where they can be drawn", () => {
  const span = (days: number) => ({ from_us: 0, to_us: days * DAY_US });
  expect([1, 7, 30, 400, 5 * 365].map((days) => stepOf(undefined, span(days)))).toEqual([
    "hour",
    "hour",
    "day",
    "week",
    "month",
  ]);
  expect(stepOf("hour", span(30))).toBe("hour");
  expect(isDrawable("hour", span(90))).toBe(false);
  expect(stepOf("hour", span(90))).toBe("day");
});

test("a drag takes whole hours, at least one", () => {
  expect(zoomed(3_700, 3_800)).toEqual({ from_us: 3_600e6, to_us: 7_200e6 });
});

test("words are found in names and descriptions; the most counted come first", () => {
  const types = [type(1, "Login", 5), type(2, "logout", 9), type(3, "pay", 7, "after login")];
  expect(filterTypes(types, "LOG in").map(({ id }) => id)).toEqual([1, 3]);
  expect(sortTypes(types, "total", "desc").map(({ id }) => id)).toEqual([2, 3, 1]);
  expect(sortTypes(types, "name", "asc").map(({ name }) => name)).toEqual([
    "Login",
    "logout",
    "pay",
  ]);
});

test("bars are named by their day, week or month in the server's zone", () => {
  expect(bucketLabel(0, "2026-11-02", "day")).toBe("2 Nov 2026");
  expect(bucketLabel(0, "2026-11-02", "week")).toBe("week of 2 Nov 2026");
  expect(bucketLabel(0, "2026-11-01", "month")).toBe("Nov 2026");
});

test("the address keeps eight names at most, each once, and nothing that it does not know", () => {
  const names = ["a", 7, "a", "", ...Array.from({ length: 20 }, (_, index) => `n${index}`)];
  const parsed = parseEventsSearch({ names, by: "minute", range: "30d", sort: "x" });
  expect(parsed.names).toEqual(["a", "7", "n0", "n1", "n2", "n3", "n4", "n5"]);
  expect([parsed.by, parsed.range, parsed.sort]).toEqual([undefined, "30d", undefined]);
});

test("rows that come into sight together are asked for together, those that left are not", async () => {
  const asked = { from_us: 1, to_us: 2, step: "day" } as const;
  const paths: string[] = [];
  vi.stubGlobal("fetch", async (path: string) => {
    paths.push(path);
    const ids = new URL(path, "http://x").searchParams.getAll("id").map(Number);
    return new Response(JSON.stringify({ series: ids.map((id) => ({ id, counts: [id] })) }));
  });
  const gone = new AbortController();
  const left = countsOf(99, asked, gone.signal);
  const stays = new AbortController().signal;
  const rows = Array.from({ length: 60 }, (_, index) => countsOf(index, asked, stays));
  gone.abort();
  await expect(left).rejects.toBeDefined();
  expect(await Promise.all(rows)).toEqual(rows.map((_, index) => [index]));
  expect(paths).toHaveLength(2);
  expect(paths.join()).not.toContain("id=99");
});

test("counts are a table for spreadsheets, without formulas", () => {
  const series = [
    { id: 1, counts: [3, 4] },
    { id: 2, counts: [0, 5] },
  ];
  const dates = ["2026-03-01T01:00", "2026-03-01T02:00"];
  const starts_us = [1_772_326_800e6, 1_772_330_400e6];
  const answer = { zone: "UTC", step: "hour" as const, starts_us, dates, end_us: 0, series };
  expect(
    toCsv(
      answer,
      new Map([
        [1, '=a"b'],
        [2, "pay"],
      ]),
    ),
  ).toBe(
    'time,date,"\'=a""b",pay\r\n' +
      "2026-03-01T01:00:00.000Z,2026-03-01T01:00,3,0\r\n" +
      "2026-03-01T02:00:00.000Z,2026-03-01T02:00,4,5\r\n",
  );
});
