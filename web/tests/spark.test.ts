import { expect, test } from "vitest";
import { bandPath, runs, sparkPaths } from "../src/charts/spark";

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

test("a band goes along its upper line and back along the lower one, open at gaps", () => {
  const band = { low: [0, 5, null, 2], high: [10, 10, null, 4] };
  expect(bandPath(band, 30, 10, 10)).toBe("M0,0L10,0L10,5L0,10ZM30,6L30,8Z");
  expect(bandPath({ low: [], high: [] }, 30, 10)).toBe("");
});
