import { expect, test } from "vitest";
import { diffLines, foldSame } from "../src/fleet/configs/revisions/diff";

function signs(before: string, after: string): string {
  const marks = { same: " ", added: "+", removed: "-" };
  return diffLines(before, after)
    .map(({ kind, text }) => marks[kind] + text)
    .join("\n");
}

test.each([
  ["", "", ""],
  ["", "a\n", "+a"],
  ["a\n", "", "-a"],
  ["a\nb\nc\n", "a\nx\nc\n", " a\n-b\n+x\n c"],
  ["a\nb\nc", "a\nc", " a\n-b\n c"],
  ["a\na", "a\na\na", " a\n a\n+a"],
  ["1\n2\n3\n4", "2\n3\n5\n4", "-1\n 2\n 3\n+5\n 4"],
])("%j to %j", (before, after, expected) => {
  expect(signs(before, after)).toBe(expected);
});

test("both texts can be read out of their difference", () => {
  const words = "abcde".split("");
  for (let seed = 1; seed < 200; seed += 1) {
    const pick = (salt: number) =>
      Array.from({ length: (seed * salt) % 9 }, (_, at) => words[(seed * (at + salt)) % 5]).join(
        "\n",
      );
    const [before, after] = [pick(3), pick(7)];
    const rows = diffLines(before, after);
    const side = (left: string) =>
      rows
        .filter(({ kind }) => kind === "same" || kind === left)
        .map(({ text }) => text)
        .join("\n");
    expect(side("removed")).toBe(before);
    expect(side("added")).toBe(after);
  }
});

test("lines far from every change are folded", () => {
  const lines = Array.from({ length: 20 }, (_, index) => String(index));
  const after = lines.with(10, "x");
  const parts = foldSame(diffLines(lines.join("\n"), after.join("\n")));
  expect(parts[0]).toEqual({ kind: "skipped", count: 7 });
  expect(parts.at(-1)).toEqual({ kind: "skipped", count: 6 });
  expect(parts).toHaveLength(10);
});
