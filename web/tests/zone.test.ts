import { afterEach, expect, test } from "vitest";
import { formatDatedStamp, formatMoment, formatStamp, formatTick } from "../src/format/time";
import { chooseZone, learnServerZone, watchZone } from "../src/format/zone";

const NOON_US = Date.UTC(2026, 6, 21, 12, 0, 5, 123) * 1000;

afterEach(() => {
  chooseZone("browser");
  learnServerZone("UTC");
});

test("moments follow the chosen zone", () => {
  chooseZone("utc");
  expect(formatMoment(NOON_US)).toBe("21 Jul 2026, 12:00:05");
  learnServerZone("Asia/Kolkata");
  chooseZone("server");
  expect(formatMoment(NOON_US)).toBe("21 Jul 2026, 17:30:05");
  expect(formatStamp(NOON_US)).toBe("Jul 21 17:30:05.123");
  expect(formatDatedStamp(NOON_US)).toBe("2026 Jul 21 17:30:05.123");
});

test("a zone with summer time has both offsets, and midnight is its own", () => {
  learnServerZone("Europe/Berlin");
  chooseZone("server");
  expect(formatMoment(NOON_US)).toBe("21 Jul 2026, 14:00:05");
  expect(formatMoment(Date.UTC(2026, 0, 1, 23, 30) * 1000)).toBe("2 Jan 2026, 00:30:00");
  expect(formatTick(Date.UTC(2026, 6, 20, 22) / 1000, 3600)).toBe("21 Jul");
});

test("the browser's zone is what Date shows, a zone unknown to the browser is UTC", () => {
  const here = new Date(NOON_US / 1000);
  const clock = [here.getHours(), here.getMinutes(), here.getSeconds()].map((part) =>
    String(part).padStart(2, "0"),
  );
  expect(formatMoment(NOON_US)).toContain(clock.join(":"));
  learnServerZone("Mars/Olympus");
  chooseZone("server");
  expect(formatMoment(NOON_US)).toBe("21 Jul 2026, 12:00:05");
});

test("a choice is kept and told", () => {
  let told = 0;
  const stop = watchZone(() => {
    told += 1;
  });
  chooseZone("utc");
  stop();
  chooseZone("browser");
  expect(told).toBe(1);
  expect(window.localStorage.getItem("muster.zone")).toBe("browser");
});
