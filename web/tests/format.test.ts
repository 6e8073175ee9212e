import { describe, expect, test } from "vitest";
import { formatByteRate, formatBytes } from "../src/format/bytes";
import { formatAgo, formatDuration } from "../src/format/duration";
import { formatCount, formatNumber } from "../src/format/number";
import { formatPercent } from "../src/format/percent";
import { formatBucket, formatMoment, formatTick } from "../src/format/time";
import { formatRound, formatValue } from "../src/format/unit";

const plain = (text: string) => text.replaceAll("\u00a0", " ");
const NOTHING = [null, undefined, Number.NaN, Number.POSITIVE_INFINITY];

test.each(NOTHING)("no value is a dash: %s", (value) => {
  for (const format of [formatBytes, formatByteRate, formatPercent, formatNumber, formatCount]) {
    expect(format(value)).toBe("–");
  }
  expect(formatValue(value, "bytes")).toBe("–");
  expect(formatDuration(value)).toBe("–");
});

test.each([
  [0, "0 B"],
  [1, "1 B"],
  [1023, "1023 B"],
  [1024, "1 KiB"],
  [1536, "1.5 KiB"],
  [102_400, "100 KiB"],
  [1_048_524, "1 MiB"],
  [1_048_576, "1 MiB"],
  [16 * 1024 ** 3, "16 GiB"],
  [2 ** 63, "8 EiB"],
  [2 ** 80, "1048576 EiB"],
  [-1536, "-1.5 KiB"],
])("%d bytes are %s", (value, text) => {
  expect(plain(formatBytes(value))).toBe(text);
});

test("a rate in bytes is per second", () => {
  expect(plain(formatByteRate(1.5 * 1024 ** 2))).toBe("1.5 MiB/s");
  expect(plain(formatByteRate(0.4))).toBe("0 B/s");
});

test.each([
  [0, "0.0 %"],
  [-0.01, "0.0 %"],
  [12.34, "12.3 %"],
  [99.94, "99.9 %"],
  [99.96, "100 %"],
  [180.7, "181 %"],
])("%d percent is %s", (value, text) => {
  expect(plain(formatPercent(value))).toBe(text);
});

test.each([
  [-3, "0 s"],
  [0.9, "0 s"],
  [59, "59 s"],
  [60, "1 min"],
  [303, "5 min 3 s"],
  [3_600, "1 h"],
  [86_399, "23 h 59 min"],
  [3 * 86_400 + 4 * 3_600 + 59, "3 d 4 h"],
  [412 * 86_400 + 3_600, "412 d"],
])("%d seconds are %s", (value, text) => {
  expect(plain(formatDuration(value))).toBe(text);
});

test("how long ago copes with never, now and the future", () => {
  expect(formatAgo(null, 1e15)).toBe("never");
  expect(formatAgo(0, 1e15)).toBe("never");
  expect(formatAgo(1e15, 1e15 + 4e6)).toBe("just now");
  expect(formatAgo(1e15, 1e15 - 90e6)).toBe("just now");
  expect(plain(formatAgo(1e15, 1e15 + 12e6))).toBe("12 s ago");
});

test.each([
  [0, "0"],
  [0.041, "0.04"],
  [-0.001, "0"],
  [1.5, "1.5"],
  [12.34, "12.3"],
  [1234.5, "1,235"],
])("the number %d is %s", (value, text) => {
  expect(formatNumber(value)).toBe(text);
});

test.each([
  [12.5, "percent", "12.5 %"],
  [2048, "bytes", "2 KiB"],
  [2048, "bytes/s", "2 KiB/s"],
  [61, "s", "1 min 1 s"],
  [41.25, "celsius", "41.3 °C"],
  [3.25, "", "3.25"],
  [3.25, "/s", "3.25/s"],
  [3, "furlongs", "3 furlongs"],
])("%d of unit %s is %s", (value, unit, text) => {
  expect(plain(formatValue(value, unit))).toBe(text);
});

test("an axis drops zeros behind the point and no others", () => {
  expect(plain(formatRound(40, "percent"))).toBe("40 %");
  expect(plain(formatRound(2.5, "percent"))).toBe("2.5 %");
  expect(plain(formatRound(100, "percent"))).toBe("100 %");
  expect(plain(formatRound(512 * 1024, "bytes"))).toBe("512 KiB");
  expect(formatRound(1000, "")).toBe("1,000");
});

describe("times in the reader's zone", () => {
  const noon = new Date(2026, 10, 21, 12, 5, 9);

  test("a moment has date and seconds", () => {
    expect(formatMoment(noon.getTime() * 1000)).toBe("21 Nov 2026, 12:05:09");
  });

  test("a bucket of whole minutes has no seconds", () => {
    expect(formatBucket(noon.getTime() / 1000, 10)).toBe("21 Nov, 12:05:09");
    expect(formatBucket(noon.getTime() / 1000, 300)).toBe("21 Nov, 12:05");
  });

  test("ticks show what their distance needs, and the day at midnight", () => {
    const midnight_s = new Date(2026, 10, 21).getTime() / 1000;
    expect(formatTick(noon.getTime() / 1000, 10)).toBe("12:05:09");
    expect(formatTick(noon.getTime() / 1000, 300)).toBe("12:05");
    expect(formatTick(midnight_s, 3_600)).toBe("21 Nov");
    expect(formatTick(noon.getTime() / 1000, 86_400)).toBe("21 Nov");
  });
});
