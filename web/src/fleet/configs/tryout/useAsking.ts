import { useEffect, useRef, useState } from "react";

/** Asks when it is told to, once at a time, and can be stopped; the page that leaves stops it. */
export function useAsking<Answer>(question: (signal: AbortSignal) => Promise<Answer>) {
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [isAsking, setAsking] = useState(false);
  const running = useRef<AbortController>(null);
  useEffect(() => () => running.current?.abort(), []);

  const stop = () => {
    running.current?.abort();
    setAsking(false);
  };
  const ask = async () => {
    running.current?.abort();
    const mine = new AbortController();
    running.current = mine;
    setAsking(true);
    setError(null);
    try {
      const found = await question(mine.signal);
      if (!mine.signal.aborted) setAnswer(found);
    } catch (reason) {
      if (!mine.signal.aborted) setError(reason);
    } finally {
      if (running.current === mine) setAsking(false);
    }
  };
  return { answer, error, isAsking, ask: () => void ask(), stop };
}
