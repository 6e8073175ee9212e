import { expect, test } from "vitest";
import { rowPicker } from "../src/tables/picking";

const sight = (startIndex: number, endIndex: number) => ({
  startIndex,
  endIndex,
  count: 100_000,
  overscan: 10,
});

function ends(rows: number[]): [first: number | undefined, last: number | undefined] {
  return [rows[0], rows.at(-1)];
}

test("at rest a few rows stand on either side of those in sight", () => {
  const pick = rowPicker();
  expect(ends(pick(sight(0, 29)))).toEqual([0, 39]);
  expect(pick(sight(0, 29))).toHaveLength(40);
});

test("rows reach further where the scroll is heading, the further the faster it is", () => {
  const pick = rowPicker();
  pick(sight(500, 529));
  expect(ends(pick(sight(505, 534)))).toEqual([495, 564]);
  expect(ends(pick(sight(525, 554)))).toEqual([515, 644]);
  expect(ends(pick(sight(625, 654)))).toEqual([615, 784]);
  expect(ends(pick(sight(615, 644)))).toEqual([565, 654]);
});

test("a jump to a far place leads no way", () => {
  const pick = rowPicker();
  pick(sight(500, 529));
  expect(ends(pick(sight(60_000, 60_029)))).toEqual([59_990, 60_039]);
});

test("rows end where the list does", () => {
  const pick = rowPicker();
  pick(sight(99_960, 99_989));
  expect(ends(pick(sight(99_970, 99_999)))).toEqual([99_960, 99_999]);
  expect(pick({ startIndex: 0, endIndex: 0, count: 0, overscan: 10 })).toEqual([]);
});
