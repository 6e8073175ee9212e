import { expect, test } from "vitest";
import { isMany, liveEvery } from "../src/api/live";

test("a long list is read again less often", () => {
  expect(liveEvery()).toBe(5_000);
  expect(liveEvery(2_000)).toBe(5_000);
  expect(liveEvery(2_001)).toBe(15_000);
  expect([isMany(2_000), isMany(2_001)]).toEqual([false, true]);
});
