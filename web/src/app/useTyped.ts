import { useState } from "react";

/** What is typed into a field, until something else is asked for: then that stands there. */
export function useTyped(asked: string): [typed: string, setTyped: (typed: string) => void] {
  const [typed, setTyped] = useState(asked);
  const [before, setBefore] = useState(asked);
  if (asked !== before) {
    setBefore(asked);
    setTyped(asked);
  }
  return [asked === before ? typed : asked, setTyped];
}
