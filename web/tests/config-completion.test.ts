import { CompletionContext } from "@codemirror/autocomplete";
import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { expect, test } from "vitest";
import { completeFrom } from "../src/fleet/configs/editor/completion";
import { syntaxProblem, toDiagnostics } from "../src/fleet/configs/editor/problems";
import { PARTS } from "./config-parts";

/** What is offered at the mark of a text. */
function complete(text: string) {
  const position = text.indexOf("|");
  const state = EditorState.create({ doc: text.replace("|", "") });
  return completeFrom(PARTS)(new CompletionContext(state, position, true));
}

function names(text: string): string[] {
  return complete(text)?.options.map(({ displayLabel }) => displayLabel ?? "") ?? [];
}

test("at the top there are sections and the runner's own options, those that are there left out", () => {
  const offered = names('{"reader": {}, |}');
  expect(offered).toContain("parser");
  expect(offered).toContain("batch_size");
  expect(offered).not.toContain("reader");
});

test.each([
  ['{"reader": {|}}', ["mode"]],
  ['{"reader": {"mode": |}}', ["tailx", "journald"]],
  ['{"reader": {"mode": "tailx", |}}', ["log_path", "read_from"]],
  ['{"reader": {"read_from": "|", "mode": "tailx"}}', ["oldest", "newest"]],
  ['{"transforms": [{"type": "discard", "off": |}]}', ["true", "false"]],
  ['{"metric": [{"type": "cpu", "attributes": {|}}]}', ["cpu_usage"]],
  ['{"cleaner": {|}}', ["delete_enable"]],
  ['{"reader": {"mode": "unheard of", |}}', []],
  ['{"nowhere": {|}}', []],
])("%s offers %j", (text, expected) => {
  expect(names(text)).toEqual(expected);
});

test("a chosen key comes with its colon and first value, also one with braces", () => {
  const text = '{"parser": {"type": "grok", |}}';
  const option = complete(text)?.options[0];
  const view = new EditorView({ doc: text.replace("|", "") });
  if (!option || typeof option.apply !== "function") throw new Error("nothing to apply");
  option.apply(view, option, text.indexOf("|"), text.indexOf("|"));
  expect(JSON.parse(view.state.doc.toString())).toEqual({
    parser: { type: "grok", grok_patterns: "%{COMMON_LOG_FORMAT}" },
  });
  view.destroy();
});

test("what is no JSON is said with its place, what the server says at its key", () => {
  const text = '{"a": 1,\n "b": }';
  expect(syntaxProblem('{"a": 1}')).toBeUndefined();
  expect(syntaxProblem(text)?.from).toBeGreaterThan(9);
  expect(syntaxProblem("")?.to).toBe(0);
  const [found] = toDiagnostics('{"reader": {"log_pth": "x"}}', [
    { path: "reader.log_pth", message: "unknown; did you mean log_path?" },
  ]);
  expect(found).toMatchObject({ from: 12, severity: "error" });
  expect(found?.message).toContain("did you mean log_path?");
});
