import { expect, test } from "vitest";
import { runs, sparkPaths } from "../src/charts/spark";

test("runs of values are told apart by their gaps", () => {
  expect([...runs([null, 1, 2, null, null, 3])]).toEqual([
    [1, [1, 2]],
    [5, [3]],
  ]);
  expect([...runs([])]).toEqual([]);
});

test("a gap is left open and a lone value is a dot", () => {
  const { line } = sparkPaths([0, 10, null, 5], 30, 10, 10);
  expect(line).toBe("M0,10L10,0M30,5h0");
});

test("the area below goes down to the ground at both ends of a run", () => {
  expect(sparkPaths([5, 5], 20, 10, 10).area).toBe("M0,10L0,5L20,5L20,10Z");
});

test("values above the top raise it; nothing and only zeros draw no NaN", () => {
  expect(sparkPaths([200, 100], 10, 10, 100).line).toBe("M0,0L10,5");
  for (const values of [[], [null], [0, 0], [0]]) {
    const { line, area } = sparkPaths(values, 10, 10);
    expect(line + area).not.toMatch(/NaN|Infinity/);
  }
});
