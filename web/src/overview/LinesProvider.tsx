import { useQuery } from "@tanstack/react-query";
import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import type { Sparklines } from "../api/types";
import { sparklinesQuery } from "./queries";

const MAX_ASKED = 200;
/** While somebody scrolls, rows come and go with every frame. */
const PAUSE_MS = 60;

interface Lines {
  known: ReadonlyMap<string, Sparklines>;
  /** Asks for the lines of a machine until the returned function is called. */
  want: (id: string) => () => void;
}

const LinesContext = createContext<Lines>({ known: new Map(), want: () => () => {} });

/** Reads the sparklines of the machines that are in the document, and of no others. */
export function LinesProvider({ children }: { children: ReactNode }) {
  const wanted = useRef(new Map<string, number>());
  const timer = useRef<number | undefined>(undefined);
  const [asked, setAsked] = useState<readonly string[]>([]);
  const known = useRef<ReadonlyMap<string, Sparklines>>(new Map());
  const { data } = useQuery(sparklinesQuery(asked));

  const lines = useMemo(() => {
    const found = new Map(known.current);
    for (const machine of data?.machines ?? []) found.set(machine.agent_id, machine);
    known.current = found;
    return found;
  }, [data]);

  const want = useCallback((id: string) => {
    const plan = (pause_ms: number) => {
      window.clearTimeout(timer.current);
      // The machines of a page that goes away let go after their provider did.
      if (wanted.current.size === 0) return;
      timer.current = window.setTimeout(() => {
        const ids = [...wanted.current.keys()].slice(0, MAX_ASKED).sort();
        setAsked((old) => (isSame(old, ids) ? old : ids));
      }, pause_ms);
    };
    count(wanted.current, id, 1);
    plan(known.current.size === 0 ? 0 : PAUSE_MS);
    return () => {
      count(wanted.current, id, -1);
      plan(PAUSE_MS);
    };
  }, []);

  useEffect(() => () => window.clearTimeout(timer.current), []);
  const value = useMemo(() => ({ known: lines, want }), [lines, want]);
  return <LinesContext.Provider value={value}>{children}</LinesContext.Provider>;
}

/** The sparklines of a machine; undefined until they are there. */
export function useLines(id: string): Sparklines | undefined {
  const { known, want } = useContext(LinesContext);
  useEffect(() => want(id), [want, id]);
  return known.get(id);
}

function count(counts: Map<string, number>, id: string, by: number): void {
  const now = (counts.get(id) ?? 0) + by;
  if (now > 0) counts.set(id, now);
  else counts.delete(id);
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((id, index) => id === other[index]);
}
