import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const TOKENS = readFileSync("src/app/tokens.css", "utf8");

function tokensOf(scheme: string): Map<string, string> {
  const block = TOKENS.split(`color-scheme="${scheme}"] {`)[1]?.split("}")[0] ?? "";
  return new Map(
    [...block.matchAll(/(--[\w-]+): (#[0-9a-f]{6});/g)].map(([, name = "", value = ""]) => [
      name,
      value,
    ]),
  );
}

/** WCAG 2.2, 1.4.3. */
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

describe.each(["light", "dark"])("%s", (scheme) => {
  const tokens = tokensOf(scheme);
  const words = [...tokens.keys()].filter(
    (name) => name.startsWith("--level-") || ["--ok", "--warn", "--bad"].includes(name),
  );

  test.each(words)("%s can be read on every surface", (name) => {
    for (const surface of ["--surface", "--surface-raised", "--accent-faint"]) {
      const found = contrast(tokens.get(name) ?? "", tokens.get(surface) ?? "");
      const isTextThere = surface !== "--accent-faint" || name.startsWith("--level-");
      if (isTextThere) expect(found, `${name} on ${surface}`).toBeGreaterThanOrEqual(4.5);
    }
  });

  test("there are eight levels", () => {
    expect(words.filter((name) => name.startsWith("--level-"))).toHaveLength(8);
  });
});
