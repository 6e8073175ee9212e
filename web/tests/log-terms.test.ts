import { describe, expect, test } from "vitest";
import { readColumn } from "../src/logs/columns";
import { complete, parseSyntaxError, typingAt } from "../src/logs/completion";
import {
  addTerm,
  markFinder,
  nameOfField,
  onlyLevel,
  removeTerm,
  writeTerm,
} from "../src/logs/terms";

import type { LogRow } from "../src/logs/types";

describe("terms", () => {
  test.each([
    ["status", "500", "status:500"],
    ["path", "/api/v1", "path:/api/v1"],
    ["path", "/a*", 'path:"/a*"'],
    ["odd name", 'say "hi"\\', '"odd name":"say \\"hi\\"\\\\"'],
    ["x", "", 'x:""'],
    ["x", "NOT", 'x:"NOT"'],
    ["n", ">=5", 'n:">=5"'],
    ["message", "a b", '"a b"'],
  ])("%s %s is written %s", (field, value, term) => {
    expect(writeTerm(field, value)).toBe(term);
  });

  test.each([
    ["", "a:1", true, "a:1"],
    ["x", "a:1", true, "x a:1"],
    ["x a:1", "a:1", true, "x a:1"],
    ["x a:1", "a:1", false, "x NOT a:1"],
    ["x NOT a:1 y", "a:1", true, "x y a:1"],
    ["NOT a:1", "a:1", false, "NOT a:1"],
    ["x OR y", "a:1", true, "(x OR y) a:1"],
    ['"x OR y"', "a:1", false, '"x OR y" NOT a:1'],
    ["a:12", "a:1", true, "a:12 a:1"],
  ])("%s with %s (%s) is %s", (query, term, isWanted, result) => {
    expect(addTerm(query, term, isWanted)).toBe(result);
  });

  test("a term is taken away whole, and one that is denied stays", () => {
    expect(removeTerm("a:1 b a:12", "a:1")).toBe("b a:12");
    expect(removeTerm("NOT a:1", "a:1")).toBe("NOT a:1");
  });

  test("one level takes the place of another", () => {
    expect(onlyLevel("x level:info y", "error")).toBe("x y level:error");
    expect(onlyLevel("NOT level:info", "")).toBe('level:""');
    expect(onlyLevel("a OR level:info", "error")).toBe("(a OR level:info) level:error");
  });

  test("what is looked for in messages is found in them", () => {
    const finder = markFinder('time* NOT healthz "a (b" status:500 AND 10.0.0.1');
    const message = "Timeout a (b from 10.0.0.1 not 10x0x0x1 status healthz";
    expect([...message.matchAll(finder as RegExp)].map(([found]) => found)).toEqual([
      "Timeout",
      "a (b",
      "10.0.0.1",
    ]);
    expect(markFinder("status:500 NOT x *")).toBeNull();
  });
});

describe("completion", () => {
  test.each([
    ["sta", 3, { kind: "field", field: "", prefix: "sta", from: 0, to: 3 }],
    ["(sta", 4, { kind: "field", field: "", prefix: "sta", from: 1, to: 4 }],
    ["a status:5", 10, { kind: "value", field: "status", prefix: "5", from: 9, to: 10 }],
    ['path:"/a b', 10, { kind: "value", field: "path", prefix: "/a b", from: 5, to: 10 }],
    ['"odd name":', 11, { kind: "value", field: "odd name", prefix: "", from: 11, to: 11 }],
    ["status:500", 8, { kind: "value", field: "status", prefix: "5", from: 7, to: 10 }],
  ])("%s at %i", (query, cursor, typing) => {
    expect(typingAt(query, cursor)).toEqual(typing);
  });

  test.each([["status:>=5"], ["path:/a*"], ['"some text']])("nothing completes %s", (query) => {
    expect(typingAt(query, query.length)).toBeNull();
  });

  test("a field and then its value are put in, quoted where they must be", () => {
    const typing = typingAt("err sta rest", 7);
    const [field] = complete("err sta rest", typing as never, [{ value: "status", count: 9 }]);
    expect(field).toEqual({ label: "status", count: 9, query: "err status:rest", cursor: 11 });
    const query = "path:/a";
    const known = [
      { value: "/a b", count: 2 },
      { value: "/c", count: 1 },
    ];
    const [value, none] = complete(query, typingAt(query, query.length) as never, known);
    expect(value?.query).toBe('path:"/a b" ');
    expect(none).toBeUndefined();
  });

  test("a server's complaint names the place", () => {
    expect(parseSyntaxError("query: at 3: this ( is never closed")).toEqual({
      at: 2,
      reason: "this ( is never closed",
    });
    expect(parseSyntaxError("no agent web-9")).toBeNull();
  });
});

describe("a field that is called as a column", () => {
  const row = { hostname: "web-1", fields: { agent: "curl/8" } } as unknown as LogRow;

  test("stands in quotes, beside the column", () => {
    expect(nameOfField("agent")).toBe('"agent"');
    expect(nameOfField("status")).toBe("status");
    expect(writeTerm(nameOfField("agent"), "curl/8")).toBe('"agent":curl/8');
    expect(readColumn(row, "agent")).toBe("web-1");
    expect(readColumn(row, '"agent"')).toBe("curl/8");
    expect(typingAt('"agent":cu', 10)?.field).toBe('"agent"');
  });
});
