import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it, test } from "vitest";
import { findSeenStrings } from "./strings";

const SOURCE = "src";

function readModules(): { name: string; code: string }[] {
  return readdirSync(SOURCE, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name) && !name.endsWith(".d.ts"))
    .map((name) => ({ name, code: readFileSync(`${SOURCE}/${name}`, "utf8") }));
}

/** Where a pattern stands in modules that are not among those where it belongs. */
function findOutside(pattern: RegExp, home: (name: string) => boolean): string[] {
  return readModules()
    .filter(({ name }) => !home(name))
    .flatMap(({ name, code }) =>
      code.split("\n").flatMap((line, at) => (pattern.test(line) ? [`${name}:${at + 1}`] : [])),
    );
}

it("takes every string that people see from the catalogue", () => {
  const found = readModules()
    .filter(({ name }) => !name.startsWith("text/"))
    .flatMap(({ name, code }) =>
      findSeenStrings(name, code).map(({ line, content }) => `${name}:${line} ${content}`),
    );
  expect(found).toEqual([]);
});

it("makes plurals in one place", () => {
  const isApart = (name: string) => !name.startsWith("text/") || name === "text/en/many.ts";
  expect(findOutside(/[!=]==? 1 \?/, isApart)).toEqual([]);
});

it("writes numbers and dates in one place", () => {
  const writes = /\.toLocale\w*String|\.toFixed\(|Intl\.(Number|DateTime|RelativeTime)Format/;
  expect(findOutside(writes, (name) => name.startsWith("format/"))).toEqual([]);
});

it("names the page in one place", () => {
  expect(findOutside(/document\.title\s*=/, (name) => name === "app/usePageTitle.ts")).toEqual([]);
});

describe("what counts as a string that people see", () => {
  const found = (code: string) => findSeenStrings("part.tsx", code).map(({ content }) => content);

  test.each([
    ["<p>Save</p>", "Save"],
    ["<p>{isBusy ? 'saving' : words.save}</p>", "saving"],
    ["<p>{count > 0 && `$" + "{count} left`}</p>", "x left"],
    ["<input placeholder='name' />", "name"],
    ["<input aria-label={label ?? 'name'} />", "name"],
    ["const column = { label: 'name' }", "name"],
    ["say('It is done.')", "It is done."],
    ["throw new ApiError(0, 'cut_off', 'The answer was cut off.')", "The answer was cut off."],
    ["const names = ['Monday']", "Monday"],
  ])("%s", (code, content) => expect(found(code)).toEqual([content]));

  test.each([
    "<p className='two names'>{words.save}</p>",
    "<p>{count} / {all} – {share}</p>",
    "<th scope='col' data-part='head' />",
    "import { Name } from 'Mantine'",
    "if (event.key === 'Enter') go()",
    "const STEPS = { Monday: 1 }",
    "const command = 'muster token create --scope agent'",
    "throw new Error('not base64 at all')",
    "const color = { label: '#aabbcc' }",
  ])("not %s", (code) => expect(found(code)).toEqual([]));
});
