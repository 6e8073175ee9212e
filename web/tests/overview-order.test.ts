import { describe, expect, test } from "vitest";
import type { FleetHost } from "../src/api/types";
import { countStates, filterHosts, SORT_KEYS, sortHosts } from "../src/overview/order";
import { parseOverviewSearch } from "../src/overview/search";
import { makeHost } from "./hosts";

const names = (hosts: readonly FleetHost[]) => hosts.map(({ hostname }) => hostname);

describe("order", () => {
  const hosts = [
    makeHost({ agent_id: "1", hostname: "web-10", cpu_percent: 5 }),
    makeHost({ agent_id: "2", hostname: "web-2", cpu_percent: null }),
    makeHost({ agent_id: "3", hostname: "Alpha", cpu_percent: 90, state: "offline" }),
    makeHost({ agent_id: "4", hostname: "beta", cpu_percent: 5 }),
  ];

  test("names by their numbers, whatever their case", () => {
    expect(names(sortHosts(hosts, "name", "asc"))).toEqual(["Alpha", "beta", "web-2", "web-10"]);
    expect(names(sortHosts(hosts, "name", "desc"))).toEqual(["web-10", "web-2", "beta", "Alpha"]);
  });

  test("values with ties by name; no value is last either way", () => {
    expect(names(sortHosts(hosts, "cpu", "desc"))).toEqual(["Alpha", "beta", "web-10", "web-2"]);
    expect(names(sortHosts(hosts, "cpu", "asc"))).toEqual(["beta", "web-10", "Alpha", "web-2"]);
  });

  test("offline machines first, since they want attention", () => {
    expect(names(sortHosts(hosts, "state", "asc"))[0]).toBe("Alpha");
  });

  test.each(SORT_KEYS)("by %s keeps every machine and leaves the given list alone", (key) => {
    const before = names(hosts);
    expect(names(sortHosts(hosts, key, "desc")).toSorted()).toEqual(before.toSorted());
    expect(names(hosts)).toEqual(before);
  });

  test("two machines of one name keep their places", () => {
    const twins = [makeHost({ agent_id: "b" }), makeHost({ agent_id: "a" })];
    const ids = sortHosts(twins, "name", "asc").map(({ agent_id }) => agent_id);
    expect(ids).toEqual(["a", "b"]);
  });
});

describe("search", () => {
  const hosts = [
    makeHost({ hostname: "web-1", address: "10.0.0.7", platform: "Debian 12" }),
    makeHost({ hostname: "<script>", state: "offline", platform: "macOS 15" }),
  ];

  test("every word must be somewhere, in any case", () => {
    expect(names(filterHosts(hosts, "DEBIAN web"))).toEqual(["web-1"]);
    expect(names(filterHosts(hosts, "web macos"))).toEqual([]);
    expect(names(filterHosts(hosts, "10.0.0.7"))).toEqual(["web-1"]);
    expect(names(filterHosts(hosts, "offline"))).toEqual(["<script>"]);
  });

  test("signs of regular expressions and markup are plain text", () => {
    expect(names(filterHosts(hosts, "<script>"))).toEqual(["<script>"]);
    expect(names(filterHosts(hosts, "[(.*"))).toEqual([]);
  });

  test("spaces alone find all", () => {
    expect(filterHosts(hosts, "  ")).toBe(hosts);
  });
});

test("states are counted", () => {
  expect(countStates([])).toEqual({ all: 0, online: 0, offline: 0 });
  expect(countStates([makeHost({}), makeHost({ state: "offline" })])).toEqual({
    all: 2,
    online: 1,
    offline: 1,
  });
});

test("an address keeps words and order, and drops what it does not know", () => {
  expect(
    parseOverviewSearch({ q: 12, sort: "cpu", order: "asc", view: "grid", all: true }),
  ).toEqual({
    q: "12",
    sort: "cpu",
    order: "asc",
    view: "grid",
    all: true,
  });
  expect(
    parseOverviewSearch({ q: { a: 1 }, sort: "toString", order: "up", view: "x", all: 1 }),
  ).toEqual({});
});
