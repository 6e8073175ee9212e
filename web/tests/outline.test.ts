import { expect, test } from "vitest";
import {
  nodeAt,
  placeAt,
  rangeOf,
  readOutline,
  splitPath,
  textAt,
} from "../src/fleet/configs/editor/outline";

/** The text without its mark, and where the mark was. */
function marked(text: string): [string, number] {
  return [text.replace("|", ""), text.indexOf("|")];
}

test.each([
  ["|", "value", []],
  ["{|}", "key", []],
  ['{"re|"}', "key", []],
  ['{"reader": |}', "value", ["reader"]],
  ['{"reader": {|', "key", ["reader"]],
  ['{"reader": {"mode": "ta|"}}', "value", ["reader", "mode"]],
  ['{"reader": {"mode": "tailx", |}}', "key", ["reader"]],
  ['{"reader": {"mode": "tailx"}, "pa|"}', "key", []],
  ['{"transforms": [{"type": "drop"}, {|}]}', "key", ["transforms", 1]],
  ['{"transforms": [{"type": |', "value", ["transforms", 0, "type"]],
  ['{"a": [1, |]}', "value", ["a", 1]],
  ['{"a": tr|}', "value", ["a"]],
  ['{"|": 1}', "key", []],
  ['{"quoted \\" {[": {|}}', "key", ['quoted " {[']],
] as const)("the place of %s is a %s at %j", (text, part, path) => {
  expect(placeAt(...marked(text))).toMatchObject({ part, path });
});

test("what is written before the position is known, and whether a colon follows", () => {
  expect(placeAt(...marked('{"log_p|ath" : 1}'))).toMatchObject({
    written: "log_p",
    hasColon: true,
    from: 1,
    to: 11,
  });
  expect(placeAt(...marked('{"log_p|'))).toMatchObject({ written: "log_p", hasColon: false });
});

test("a text that is not finished has an outline as far as it goes", () => {
  const root = readOutline('{"reader": {"mode": "tailx", "log_path": ["a", "b"], "x"');
  expect(textAt(nodeAt(root, ["reader"]), "mode")).toBe("tailx");
  expect(nodeAt(root, ["reader", "log_path", 1])).toMatchObject({ value: "b" });
  expect(nodeAt(root, ["reader", "x"])).toBeUndefined();
  expect(readOutline("  ")).toBeUndefined();
  expect(readOutline("}{")).toBeUndefined();
});

test("the place of a problem is its key and value, or as near as the text goes", () => {
  const text = '{"reader": {"mode": "x"}, "transforms": [{"type": "discard"}]}';
  const root = readOutline(text);
  const at = (path: string) => {
    const { from, to } = rangeOf(root, splitPath(path));
    return text.slice(from, to);
  };
  expect(at("reader.mode")).toBe('"mode": "x"');
  expect(at("reader.log_path")).toBe('"reader"');
  expect(at("transforms[0].key")).toBe("{");
  expect(at("transforms[9]")).toBe('"transforms"');
  expect(at("")).toBe("{");
  expect(rangeOf(undefined, ["a"])).toEqual({ from: 0, to: 0 });
});
