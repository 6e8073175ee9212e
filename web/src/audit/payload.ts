/**
 * JSON with a line for each value and two blanks a level. Values stay as they were sent, to the last
 * digit: reading and writing them anew would round large numbers.
 */
export function prettyJson(text: string): string {
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? [];
  let depth = 0;
  let out = "";
  const line = () => `\n${"  ".repeat(depth)}`;
  for (const [index, token] of tokens.entries()) {
    if (token === "{" || token === "[") {
      const isEmpty = /^[}\]]$/.test(tokens[index + 1] ?? "");
      depth += 1;
      out += isEmpty ? token : token + line();
    } else if (token === "}" || token === "]") {
      depth -= 1;
      const wasEmpty = /^[{[]$/.test(tokens[index - 1] ?? "");
      out += wasEmpty ? token : line() + token;
    } else if (token === ",") {
      out += token + line();
    } else {
      out += token === ":" ? ": " : token;
    }
  }
  return out;
}
