import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { bracketMatching, indentOnInput, indentUnit } from "@codemirror/language";
import { lintGutter, lintKeymap } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { useEffect, useRef } from "react";
import type { ConfigParts } from "../../types";
import classes from "../configs.module.css";
import { completeFrom } from "./completion";
import { helpFrom } from "./help";
import { type Check, lintBy, type Verdict } from "./problems";
import { editorTheme } from "./theme";

interface ConfigEditorProps {
  label: string;
  /** The text at first; another one takes the place of what is written. */
  text: string;
  parts: ConfigParts;
  check: Check;
  onText: (text: string) => void;
  onVerdict: (verdict: Verdict) => void;
}

/** A JSON editor that knows what a configuration may say. Tab leaves it, Ctrl+Space completes. */
export function ConfigEditor({ label, text, parts, check, onText, onVerdict }: ConfigEditorProps) {
  const holder = useRef<HTMLDivElement>(null);
  const viewRef = useRef<EditorView>(null);
  const calls = useRef({ check, onText, onVerdict });
  calls.current = { check, onText, onVerdict };
  const first = useRef(text);

  useEffect(() => {
    if (!holder.current) return;
    const view = new EditorView({
      parent: holder.current,
      state: EditorState.create({
        doc: first.current,
        extensions: [
          EditorView.cspNonce.of(nonce()),
          EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false" }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) calls.current.onText(update.state.doc.toString());
          }),
          lintBy(
            (config, signal) => calls.current.check(config, signal),
            (verdict) => calls.current.onVerdict(verdict),
          ),
          autocompletion({ override: [completeFrom(parts)], icons: false }),
          helpFrom(parts),
          ...BASE,
        ],
      }),
    });
    viewRef.current = view;
    return () => view.destroy();
  }, [label, parts]);

  useEffect(() => {
    const view = viewRef.current;
    if (!view || view.state.doc.toString() === text) return;
    view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
  }, [text]);

  return <div ref={holder} className={classes.editor} data-testid="config-editor" />;
}

const BASE = [
  json(),
  history(),
  lineNumbers(),
  lintGutter(),
  drawSelection(),
  closeBrackets(),
  indentOnInput(),
  bracketMatching(),
  highlightActiveLine(),
  indentUnit.of("  "),
  EditorState.tabSize.of(2),
  EditorView.lineWrapping,
  keymap.of([
    ...closeBracketsKeymap,
    ...defaultKeymap,
    ...historyKeymap,
    ...completionKeymap,
    ...lintKeymap,
  ]),
  editorTheme,
];

function nonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";
}
