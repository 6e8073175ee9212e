import { expect, test, vi } from "vitest";
import { prettyJson } from "../src/audit/payload";
import { exportPath, readExport } from "../src/audit/queries";
import { hasFilters, parseAuditSearch, spanOf, toFilters } from "../src/audit/search";

test("payloads are laid out and keep every digit and escape", () => {
  const sent =
    '{"big":12345678901234567890,"sum":1.50,"e":[],"o":{},"t":"a\\"{,:}\\u00e9","l":[1,{"x":null}]}';
  expect(prettyJson(sent)).toBe(`{
  "big": 12345678901234567890,
  "sum": 1.50,
  "e": [],
  "o": {},
  "t": "a\\"{,:}\\u00e9",
  "l": [
    1,
    {
      "x": null
    }
  ]
}`);
  expect(prettyJson('"alone"')).toBe('"alone"');
  expect(prettyJson(" [ ] ")).toBe("[]");
});

test("a text laid out says the same", () => {
  for (const sent of ['[[[]],{"a":[{}]}]', '{"a b":" {} , "}', "-1.5e-7", "true"]) {
    expect(JSON.parse(prettyJson(sent))).toEqual(JSON.parse(sent));
  }
});

test("the address keeps filters that can be asked for", () => {
  const parsed = parseAuditSearch({ q: 12, app: "shop", last: "1y", from: 5, to: 2, event: 7 });
  expect(parsed).toEqual({
    q: "12",
    app: "shop",
    kind: undefined,
    last: undefined,
    from: undefined,
    to: undefined,
    event: 7,
  });
  expect(hasFilters(toFilters(parsed))).toBe(true);
  expect(hasFilters(toFilters(parseAuditSearch({ event: 7 })))).toBe(false);
  expect(spanOf({ last: "24h" }, 86_400e6 * 3)).toEqual([86_400e6 * 2]);
});

test("an export asks for what the list shows", () => {
  const path = exportPath({ app: "a b", kind: "K", q: "x&y", from: 1_000_500, to: 2_000_500 }, 9);
  expect(Object.fromEntries(new URL(path, "http://x").searchParams)).toEqual({
    size: "9",
    page_size: "1000",
    from: "1000",
    to: "2001",
    application_name: "a b",
    event_kind: "K",
    q: "x&y",
  });
});

test("an export is one file: the head, and below it the lines as the server sent them", async () => {
  const line = '{"index":0,"payload":12345678901234567890}\n';
  const answer = vi.fn(async (_path: string, _init: RequestInit) => new Response(line));
  vi.stubGlobal("fetch", answer);
  const file = await readExport({}, { note: "log\n9\nroot\n", origin: "log", size: 9 });
  expect(answer.mock.calls[0]?.[1].headers).toEqual({ accept: "application/x-ndjson" });
  expect(file).toBe(`{"checkpoint":"log\\n9\\nroot\\n"}\n${line}`);
});
