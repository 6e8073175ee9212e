import { useCallback, useEffect, useRef, useState } from "react";
import { tailPath } from "./queries";
import type { Asked } from "./search";
import { arrive, NOTHING_TAILED, showWaiting, type Tailed } from "./tail";
import type { LogRow } from "./types";

const DRAW_MS = 200;

export type TailState = "off" | "connecting" | "open" | "lost" | "refused";

interface TailInput {
  asked: Asked;
  isOn: boolean;
  /** Read anew at each draw: whether rows that arrive wait. */
  isPaused: () => boolean;
  /** Is called when nothing that arrives from now on is missed. */
  onOpen: () => Promise<readonly LogRow[]>;
}

/** Follows the rows that a query finds as they arrive; the browser goes on after a break. */
export function useTail({ asked, isOn, isPaused, onOpen }: TailInput) {
  const [tailed, setTailed] = useState<Tailed>(NOTHING_TAILED);
  const [state, setState] = useState<TailState>("off");
  const [reason, setReason] = useState("");
  const [attempt, setAttempt] = useState(0);
  const latest = useRef({ isPaused, onOpen });
  latest.current = { isPaused, onOpen };
  const path = tailPath(asked);

  useEffect(() => {
    setTailed(NOTHING_TAILED);
    setReason("");
    if (!isOn) return setState("off");
    setState("connecting");
    let arrived: LogRow[] = [];
    let isFirst = true;
    let isGone = false;
    const source = new EventSource(path);
    const draw = window.setInterval(() => {
      if (arrived.length === 0) return;
      const rows = arrived;
      arrived = [];
      setTailed((old) => arrive(old, rows, latest.current.isPaused()));
    }, DRAW_MS);
    source.addEventListener("row", ({ data }) => arrived.push(JSON.parse(data) as LogRow));
    source.addEventListener("left_out", ({ data }) =>
      setTailed((old) => ({ ...old, left_out: old.left_out + Number(data) })),
    );
    source.addEventListener("seen", () => {
      setState("open");
      if (!isFirst) return;
      isFirst = false;
      latest.current.onOpen().then(
        (rows) => {
          if (!isGone) arrived.unshift(...rows.toReversed());
        },
        () => setState("lost"),
      );
    });
    source.addEventListener("failed", ({ data }) => {
      setReason((JSON.parse(data) as { message: string }).message);
      setState("refused");
      source.close();
    });
    source.onerror = () => setState(source.readyState === source.CLOSED ? "refused" : "lost");
    return () => {
      isGone = true;
      source.close();
      window.clearInterval(draw);
    };
  }, [path, isOn, attempt]);

  const show = useCallback(() => setTailed(showWaiting), []);
  const retry = useCallback(() => setAttempt((old) => old + 1), []);
  return { tailed, state, reason, show, retry };
}
