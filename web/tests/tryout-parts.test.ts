import { expect, test } from "vitest";
import { fieldNames, piecesOf } from "../src/fleet/configs/tryout/parts";

test("a line is cut at its fields, and nothing of it is lost", () => {
  const pieces = piecesOf("GET /a 200", [
    { name: "code", start: 7, end: 10 },
    { name: "method", start: 0, end: 3 },
  ]);
  expect(pieces.map(({ text, name }) => [text, name])).toEqual([
    ["GET", "method"],
    [" /a ", null],
    ["200", "code"],
  ]);
});

test("characters are counted, not halves of them", () => {
  const pieces = piecesOf("👾x👾y", [{ name: "y", start: 3, end: 4 }]);
  expect(pieces.map(({ text }) => text)).toEqual(["👾x👾", "y"]);
});

test("what lies within another field, is empty or goes beyond the line harms nothing", () => {
  const raw = "abc";
  const spans = [
    { name: "all", start: 0, end: 9 },
    { name: "inner", start: 1, end: 2 },
    { name: "empty", start: 3, end: 3 },
  ];
  expect(piecesOf(raw, spans)).toEqual([{ at: 0, text: "abc", name: "all" }]);
  expect(piecesOf("", spans)).toEqual([]);
  expect(fieldNames([{ spans }, { spans: null }])).toEqual(["all", "inner", "empty"]);
});
