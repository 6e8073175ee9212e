import type { useWindowVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type RefObject, useState } from "react";
import { stepRow } from "./steps";

interface RowFocus {
  count: number;
  virtualizer: ReturnType<typeof useWindowVirtualizer>;
  bodyRef: RefObject<HTMLDivElement | null>;
}

/** Moves the focus from row to row; one row at a time is a stop of the Tab key. */
export function useRowFocus({ count, virtualizer, bodyRef }: RowFocus) {
  const [chosen, setChosen] = useState(0);
  const at = Math.min(chosen, Math.max(0, count - 1));
  const goTo = (index: number) => {
    setChosen(index);
    virtualizer.scrollToIndex(index);
    // The row may come into the document only now that it is in sight.
    requestAnimationFrame(() => {
      const row = bodyRef.current?.querySelector<HTMLElement>(`[data-index="${index}"]`);
      row?.focus({ preventScroll: true });
    });
  };
  const press = (event: KeyboardEvent<HTMLElement>, onOpen?: () => void) => {
    // Keys of controls within a row are theirs.
    if (event.target !== event.currentTarget) return;
    const next = stepRow(event.key, at, count);
    if (next !== null) goTo(next);
    else if (event.key === "Enter" && onOpen) onOpen();
    else return;
    event.preventDefault();
  };
  return { at, take: setChosen, press };
}
