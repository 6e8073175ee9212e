import { describe, expect, test } from "vitest";
import type { AttentionLine, AttentionSubject } from "../src/api/types";
import { lineText } from "../src/overview/lineText";
import { wayOf } from "../src/overview/links";
import { isWithin, parseWithin, spreadOf } from "../src/overview/spread";
import { makeHost, makeLine } from "./hosts";

const SUBJECT: AttentionSubject = {
  agent_id: "a",
  hostname: "web-1",
  runner: "",
  mountpoint: "",
  version: "",
};

function line(
  kind: AttentionLine["kind"],
  subject: Partial<AttentionSubject> = {},
  more: Partial<AttentionLine> = {},
): AttentionLine {
  return makeLine({ kind, subjects: [{ ...SUBJECT, ...subject }], ...more });
}

const used = { name: "used", value: 97.25, unit: "percent" };
const free = { name: "free", value: 1024, unit: "bytes" };

test.each<[AttentionLine, string, string[]]>([
  [line("silent"), "web-1 does not answer", []],
  [
    line("disk", { mountpoint: "/var" }, { amounts: [used, free] }),
    "/var on web-1 is 97.3 % full",
    ["1 KiB free"],
  ],
  [line("memory", {}, { amounts: [used] }), "Memory of web-1 is 97.3 % full", []],
  [
    line("server_disk", { agent_id: "", hostname: "" }, { amounts: [used, free] }),
    "The server's own disk is 97.3 % full",
    ["1 KiB free"],
  ],
  [
    line("runner", { runner: "nginx" }, { reason: "no such file" }),
    "Runner nginx does not run on web-1",
    ["no such file"],
  ],
  [
    line(
      "errors",
      { runner: "nginx" },
      {
        amounts: [
          { name: "errors", value: 1200, unit: "" },
          { name: "before", value: 15, unit: "" },
          { name: "usual", value: 2.1, unit: "" },
        ],
      },
    ),
    "1,200 errors in ten minutes from nginx on web-1",
    ["15 in the ten before, 2.1 usually"],
  ],
  [
    line("errors", { agent_id: "", hostname: "" }),
    "0 errors in ten minutes from lines posted over HTTP",
    ["0 in the ten before, 0 usually"],
  ],
  [
    line(
      "loss",
      {},
      {
        amounts: [
          { name: "quarantined", value: 1, unit: "rows" },
          { name: "thinned", value: 5, unit: "rows" },
        ],
      },
    ),
    "web-1 lost rows",
    ["1 row refused by the server", "5 rows given up by a full spool"],
  ],
  [line("config"), "web-1 has not taken over its configuration", []],
  [
    line("upgrade", { version: "1.2.0" }, { reason: "it did not check in" }),
    "web-1 went back from version 1.2.0",
    ["it did not check in"],
  ],
  [
    line("no_samples", {}, { amounts: [{ name: "interval", value: 10, unit: "s" }] }),
    "web-1 answers, but sends no samples",
    ["usually every 10 s"],
  ],
  [
    line("clock", {}, { amounts: [{ name: "skew", value: -75, unit: "s" }] }),
    "The clock of web-1 is 1 min 15 s behind",
    [],
  ],
])("%# says %s", (given, title, details) => {
  const found = lineText(given);
  expect(found.title.replaceAll("\u00a0", " ")).toBe(title);
  expect(found.details.map((each) => each.replaceAll("\u00a0", " "))).toEqual(details);
});

test("many are one sentence with examples", () => {
  const subjects = [SUBJECT, { ...SUBJECT, hostname: "db-1", mountpoint: "/srv" }];
  const many = makeLine({ kind: "disk", count: 12, subjects, amounts: [used] });
  const { title, details } = lineText(many);
  expect(title).toBe("12 disks are nearly full");
  expect(details[0]).toBe("web-1, db-1 /srv and 10 more");
  expect(details[1]).toMatch(/^worst: web-1, 97\.3/);
});

describe("a line leads", () => {
  test.each<[AttentionLine, object]>([
    [line("silent"), { to: "/hosts/$id", params: { id: "a" } }],
    [line("silent", {}, { count: 9 }), { to: "/", search: { q: "offline" }, hash: "list" }],
    [line("disk", {}, { count: 9 }), { to: "/", search: { sort: "disk" }, hash: "list" }],
    [line("memory"), { to: "/hosts/$id", params: { id: "a" } }],
    [line("server_disk"), { to: "/settings", search: { part: "storage" } }],
    [
      line("runner", { runner: "nginx" }),
      { to: "/fleet/runners", search: { config: "nginx", open: "a nginx" } },
    ],
    [
      line("runner", { runner: "nginx" }, { count: 9 }),
      { to: "/fleet/runners", search: { config: "nginx", open: undefined } },
    ],
    [
      line("errors", { hostname: "my host", runner: "nginx" }),
      {
        to: "/logs",
        search: { q: 'level:>=error agent:"my host" runner:nginx' },
      },
    ],
    [
      line("errors", { runner: "nginx" }, { count: 9 }),
      { to: "/logs", search: { q: "level:>=error runner:nginx" } },
    ],
    [line("config"), { to: "/fleet", search: { open: "a" } }],
    [line("upgrade"), { to: "/fleet/releases" }],
    [line("clock", {}, { count: 9 }), { to: "/fleet" }],
  ])("%# to its place", (given, way) => {
    expect(wayOf(given)).toEqual(way);
  });
});

describe("how machines lie", () => {
  const cpu = (host: { cpu_percent: number | null }) => host.cpu_percent;

  test("counts in twentieths, the edges within", () => {
    const hosts = [0, 4.9, 5, 99.9, 100, null].map((cpu_percent, index) =>
      makeHost({ hostname: `h${index}`, cpu_percent }),
    );
    const spread = spreadOf(hosts, cpu);
    expect(spread).toMatchObject({ highest: 100, worst: { hostname: "h4" } });
    expect(spread?.mean).toBeCloseTo(41.96);
    expect(spread?.counts).toEqual([2, 1, ...new Array(16).fill(0), 0, 2]);
    expect(spread?.heights[1]).toBeCloseTo(Math.SQRT1_2);
  });

  test("a bar is a span of the machines' table, its upper end only at the top", () => {
    const at = (cpu_percent: number | null) => makeHost({ cpu_percent });
    const span = parseWithin("cpu:60-65");
    expect(span).toEqual({ metric: "cpu", from: 60, to: 65 });
    const found = [59.9, 60, 64.9, 65, null].map((percent) => span && isWithin(at(percent), span));
    expect(found).toEqual([false, true, true, false, false]);
    expect(isWithin(at(100), { metric: "cpu", from: 95, to: 100 })).toBe(true);
    for (const wrong of [undefined, "", "cpu", "network:0-5", "cpu:x-5"])
      expect(parseWithin(wrong)).toBeNull();
  });

  test("without a reading there is nothing to draw", () => {
    expect(spreadOf([makeHost({ cpu_percent: null })], cpu)).toBeNull();
    expect(spreadOf([], cpu)).toBeNull();
  });
});
