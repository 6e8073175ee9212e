import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { focusSearch, isTypingIn, readStroke } from "./keys";
import { SECTIONS } from "./sections";

const PREFIX_MS = 1_500;

interface KeyTargets {
  /** No key but the palette's counts while a dialog is open. */
  isBlocked: boolean;
  onPalette: () => void;
  onHelp: () => void;
}

/** Listens for the console's keys: `/`, `?`, `g` and a letter, Ctrl or Cmd with K. */
export function useKeys(targets: KeyTargets): void {
  const navigate = useNavigate();
  const latest = useRef(targets);
  latest.current = targets;
  useEffect(() => {
    let prefixed_ms = Number.NEGATIVE_INFINITY;
    const press = (event: KeyboardEvent) => {
      const { isBlocked, onPalette, onHelp } = latest.current;
      const isPrefixed = event.timeStamp - prefixed_ms < PREFIX_MS;
      const isTyping = isBlocked || isTypingIn(event.target);
      const { key, ctrlKey, metaKey, altKey } = event;
      const action = readStroke({ key, ctrlKey, metaKey, altKey, isTyping, isPrefixed });
      if (event.defaultPrevented || event.isComposing || !action) return;
      prefixed_ms = action.kind === "prefix" ? event.timeStamp : Number.NEGATIVE_INFINITY;
      if (action.kind === "prefix") return;
      if (action.kind === "palette") onPalette();
      else if (action.kind === "help") onHelp();
      else if (action.kind === "search") {
        if (!focusSearch(document)) return;
      } else {
        const section = SECTIONS.find((each) => each.key === action.key);
        if (!section) return;
        void navigate({ to: section.path });
      }
      event.preventDefault();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [navigate]);
}
