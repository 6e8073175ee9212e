import { expect, test } from "vitest";
import { widthsOf } from "../src/logs/columns";
import { arrive, mergeRows, NOTHING_TAILED, showWaiting } from "../src/logs/tail";
import { makeRow } from "./logs";

const [a, b, c] = [makeRow(3), makeRow(2), makeRow(1)];

test("rows that arrive stand above, the newest first, none twice", () => {
  const once = arrive(NOTHING_TAILED, [a, b], false);
  expect(once.rows).toEqual([b, a]);
  expect(arrive(once, [a, b], false)).toBe(once);
  expect(mergeRows(once.rows, [b, c])).toEqual([b, a, c]);
});

test("while paused rows wait, and come when they are shown", () => {
  const paused = arrive(arrive(NOTHING_TAILED, [a], false), [b], true);
  expect(paused.rows).toEqual([a]);
  expect(paused.waiting).toEqual([b]);
  expect(showWaiting(paused).rows).toEqual([b, a]);
  expect(arrive(paused, [c], false)).toMatchObject({ rows: [c, b, a], waiting: [] });
});

test("what is kept of a long tail is bounded", () => {
  const many = Array.from({ length: 7_000 }, (_, index) => makeRow(index));
  expect(arrive(NOTHING_TAILED, many, false).rows).toHaveLength(5_000);
});

test("columns are as wide as their titles and values, within bounds", () => {
  const rows = [makeRow(1, { fields: { path: "/api/v1/items", id: "x".repeat(99) } })];
  expect(widthsOf(["path", "id", "agent", "nothing"], rows)).toEqual([14, 26, 8, 8]);
});
