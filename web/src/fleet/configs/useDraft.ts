import { useEffect, useMemo, useState } from "react";
import type { Config, ConfigProblem } from "../types";
import type { Verdict } from "./editor/problems";
import { toText } from "./templates";

/** What is being written, beside what is stored. */
export interface Draft {
  text: string;
  note: string;
  /** What the editor begins with; another one takes the place of what is written. */
  base: string;
  config: unknown;
  problems: readonly ConfigProblem[] | null;
  isJson: boolean;
  isChanged: boolean;
  setText: (text: string) => void;
  setNote: (note: string) => void;
  setVerdict: (verdict: Verdict) => void;
  discard: () => void;
}

/** Keeps a draft; `config` is undefined while it cannot be tried: it is no JSON, or has problems. */
export function useDraft(stored: Config | undefined, first: unknown): Draft {
  const base = toText(first);
  const baseNote = stored?.note ?? "";
  const [text, setText] = useState(base);
  const [note, setNote] = useState(baseNote);
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const [seen, setSeen] = useState({ base, baseNote });

  // Somebody saved or restored: what was untouched here follows.
  useEffect(() => {
    if (seen.base === base && seen.baseNote === baseNote) return;
    setText((old) => (old === seen.base || sameJson(old, base) ? base : old));
    setNote((old) => (old === seen.baseNote ? baseNote : old));
    setSeen({ base, baseNote });
  }, [base, baseNote, seen]);

  const config = useMemo(() => {
    if (verdict && verdict.problems.length > 0) return undefined;
    return parsed(text);
  }, [text, verdict]);

  return {
    text,
    note,
    base,
    config,
    problems: verdict?.problems ?? null,
    isJson: verdict?.isJson ?? true,
    isChanged: text !== base || note !== baseNote,
    setText,
    setNote,
    setVerdict,
    discard: () => {
      setText(base);
      setNote(baseNote);
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function sameJson(one: string, other: string): boolean {
  return JSON.stringify(parsed(one)) === JSON.stringify(parsed(other));
}
