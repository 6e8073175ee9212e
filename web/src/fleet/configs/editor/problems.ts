import type { Diagnostic } from "@codemirror/lint";
import { linter } from "@codemirror/lint";
import type { EditorView } from "@codemirror/view";
import type { ConfigProblem } from "../../types";
import { rangeOf, readOutline, splitPath } from "./outline";

const CHECK_DELAY_MS = 350;

export type Check = (config: unknown, signal: AbortSignal) => Promise<ConfigProblem[]>;

/** What is wrong with a text: it is no JSON, or what the server says of the configuration. */
export interface Verdict {
  problems: ConfigProblem[];
  isJson: boolean;
}

/** Asks the server after each pause what is wrong, and marks it where it stands. */
export function lintBy(check: Check, onVerdict: (verdict: Verdict) => void) {
  let asked: AbortController | undefined;
  return linter(
    async (view: EditorView): Promise<readonly Diagnostic[]> => {
      asked?.abort();
      asked = new AbortController();
      const text = view.state.doc.toString();
      const syntax = syntaxProblem(text);
      if (syntax) {
        onVerdict({ problems: [{ path: "", message: syntax.message }], isJson: false });
        return [syntax];
      }
      try {
        const problems = await check(JSON.parse(text), asked.signal);
        onVerdict({ problems, isJson: true });
        return toDiagnostics(text, problems);
      } catch {
        return [];
      }
    },
    { delay: CHECK_DELAY_MS },
  );
}

/** Returns why a text is no JSON and where, undefined when it is. */
export function syntaxProblem(text: string): Diagnostic | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const at = Math.min(positionIn(message, text), text.length);
    return {
      from: Math.max(0, Math.min(at, text.length - 1)),
      to: Math.min(text.length, at + 1),
      severity: "error",
      message: message.replace(/ in JSON at position.*| \(line.*/, ""),
    };
  }
}

function positionIn(message: string, text: string): number {
  const position = /position (\d+)/.exec(message)?.[1];
  if (position) return Number(position);
  const [, line, column] = /line (\d+) column (\d+)/.exec(message) ?? [];
  if (!line || !column) return text.length;
  const lines = text.split("\n").slice(0, Number(line) - 1);
  return lines.reduce((sum, each) => sum + each.length + 1, 0) + Number(column) - 1;
}

export function toDiagnostics(text: string, problems: readonly ConfigProblem[]): Diagnostic[] {
  const root = readOutline(text);
  return problems.map(({ path, message }) => ({
    ...rangeOf(root, splitPath(path)),
    severity: "error",
    message: path ? `${path}: ${message}` : message,
  }));
}
