import { expect, test } from "vitest";
import type { MarkKind, MetricAnswer } from "../src/api/types";
import { toPastLines } from "../src/charts/lines";
import { pastSpan } from "../src/host/comparing";
import { disksAt, lastOf } from "../src/host/moment";
import { otherMetrics, SECTIONS, sectionsOf } from "../src/host/sections";
import { markLink } from "../src/host/timeline/links";
import { clustersOf, isNarrower, lanesWith, windowAround } from "../src/host/timeline/placing";
import { markDetail, markTitle } from "../src/host/timeline/words";
import { makeMark, makeReport } from "./hosts";

const WINDOW = { from_us: 0, to_us: 1_000e6 };
const at = (s: number, kind: MarkKind = "config") => makeMark({ kind, ts_us: s * 1e6 });

test("marks stand at their times; those that would cover each other are one", () => {
  const marks = [at(100), at(110), at(500), at(990)];
  const clusters = clustersOf(marks, "plan", WINDOW, 1_000);
  expect(clusters.map(({ left_px, marks }) => [left_px, marks.length])).toEqual([
    [100, 2],
    [500, 1],
    [990, 1],
  ]);
  expect(clustersOf(marks, "plan", WINDOW, 10_000)).toHaveLength(4);
  expect(clustersOf(marks, "audit", WINDOW, 1_000)).toEqual([]);
});

test("a silence is as long as it was, and is cut where the axis ends", () => {
  const silence = makeMark({ kind: "silence", ts_us: -50e6, until_us: 200e6 });
  const [cluster] = clustersOf([silence], "machine", WINDOW, 1_000);
  expect(cluster).toMatchObject({ left_px: 0, width_px: 200 });
  const [late] = clustersOf(
    [{ ...silence, ts_us: 900e6, until_us: 9e9 }],
    "machine",
    WINDOW,
    1_000,
  );
  expect(late).toMatchObject({ left_px: 900, width_px: 100 });
});

test("only lanes with something in them are shown, in one order", () => {
  expect(lanesWith([at(1, "audit"), at(2, "boot"), at(3, "upgrade")])).toEqual([
    "machine",
    "plan",
    "audit",
  ]);
  expect(lanesWith([])).toEqual([]);
});

test("a zoom to marks has room at both ends", () => {
  expect(windowAround([at(100), at(1_100)])).toEqual({ from_us: -50e6, to_us: 1_250e6 });
  expect(windowAround([at(100)])).toEqual({ from_us: 70e6, to_us: 130e6 });
});

test("a zoom that takes nothing apart is none", () => {
  expect(isNarrower({ from_us: 0, to_us: 60e6 }, WINDOW)).toBe(true);
  expect(isNarrower({ from_us: 0, to_us: 60e6 }, { from_us: 10e6, to_us: 70e6 })).toBe(false);
});

test.each<[Parameters<typeof makeMark>[0], string, string]>([
  [{ kind: "silence", ts_us: 0, until_us: 90e6 }, "Silent for 1\u00a0min 30\u00a0s", ""],
  [{ kind: "runner", subject: "web", state: "failed", detail: "why" }, "Runner web failed", "why"],
  [{ kind: "upgrade", subject: "1.2.0", state: "done" }, "Upgrade to 1.2.0 done", ""],
  [
    { kind: "inventory", state: "changed", count: 3, changes: ["user"] },
    "Inventory: 3 changes",
    "user, and 2 more",
  ],
  [{ kind: "inventory", state: "created" }, "First inventory", ""],
  [{ kind: "audit", subject: "shop", state: "deployed" }, "shop: deployed", ""],
])("%o is told in words", (changes, title, detail) => {
  const mark = makeMark(changes);
  expect(markTitle(mark)).toBe(title);
  expect(markDetail(mark)).toBe(detail);
});

test.each<[Parameters<typeof makeMark>[0], object]>([
  [
    { kind: "config", id: 7 },
    { to: "/fleet/changes", search: { revision: 7 } },
  ],
  [
    { kind: "runner", subject: "web" },
    { to: "/fleet/runners", search: { open: "agent-1 web" } },
  ],
  [
    { kind: "audit", id: 5, subject: "shop" },
    { to: "/audit", search: { event: 5 } },
  ],
  [
    { kind: "audit", id: 5, subject: "muster" },
    { to: "/audit", search: { app: "muster" } },
  ],
  [{ kind: "upgrade" }, { to: "/fleet/releases" }],
])("%o leads to what it was", (changes, link) => {
  expect(markLink(makeMark(changes), "agent-1")).toMatchObject(link);
});

test("what was measured earlier stands under the times of now", () => {
  const chart = (start_s: number, lines: [string, (number | null)[]][]) => ({
    times_s: [0, 10, 20].map((time_s) => start_s + time_s),
    interval_s: 10,
    unit: "",
    lines: lines.map(([label, values]) => ({ label, values })),
    omitted: 0,
    isQuiet: false,
  });
  const now = chart(1_000, [["a", [1, 2, 3]]]);
  const before = chart(904, [
    ["a", [4, null, 6]],
    ["b", [1, 1, null]],
  ]);
  const past = toPastLines(now, before, 100, "100 s");
  expect(past.values.get("a")).toEqual([4, null, 6]);
  expect(past.sum).toEqual([5, 1, 6]);
  expect(toPastLines(now, before, 110, "110 s").values.get("a")).toEqual([null, 4, null]);
});

test.each([
  ["previous", 1_000e6],
  ["day", 86_400e6],
  ["week", 604_800e6],
] as const)("%s is compared with a span of the same length", (comparison, shift_us) => {
  const past = pastSpan({ from_us: 1e15, to_us: 1e15 + 1_000e6 }, comparison);
  expect(past.shift_us).toBe(shift_us);
  expect(past.window).toEqual({ from_us: 1e15 - shift_us, to_us: 1e15 + 1_000e6 - shift_us });
});

test("each series of an answer ends with its last value", () => {
  const answer: MetricAnswer = {
    from_us: 1_000e6,
    to_us: 1_030e6,
    interval_s: 10,
    series: [
      { agent_id: "a", metric: "m", labels: { process: "x" }, unit: "", values: [1, 2, null] },
      { agent_id: "a", metric: "m", labels: { process: "y" }, unit: "", values: [null, null] },
    ],
  };
  expect(lastOf(answer)).toEqual([
    { metric: "m", labels: { process: "x" }, value: 2, ts_us: 1_010e6 },
  ]);
});

test("disks are as full as the report says", () => {
  const disk = { device: "d", file_system: "ext4", total_bytes: 1_000, used_bytes: 1 };
  const report = { ...makeReport(), disk_space: { "/": 25 } };
  const disks = disksAt(
    [
      { ...disk, mountpoint: "/" },
      { ...disk, mountpoint: "/data" },
    ],
    report,
  );
  expect(disks?.map(({ used_bytes }) => used_bytes)).toEqual([250, 1]);
  expect(disksAt(null, report)).toBeNull();
});

test("what no section draws has a chart of its own", () => {
  const last = ["nginx.requests_total", "cpu.used_percent", "load.1m", "app.queue"].map(
    (metric) => ({
      metric,
      labels: {},
      value: 1,
      ts_us: 1,
    }),
  );
  expect(otherMetrics(last)).toEqual(["app.queue", "nginx.requests_total"]);
  const added = sectionsOf(otherMetrics(last)).at(-1);
  expect(added?.charts.map(({ id }) => id)).toEqual(["app.queue", "nginx.requests_total"]);
  expect(sectionsOf([])).toBe(SECTIONS);
});
