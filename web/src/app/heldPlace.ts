/** So long charts above a place may still load and push it down. */
const HOLD_MS = 4_000;
const MOVES = ["wheel", "touchstart", "pointerdown", "keydown"] as const;

let release: (() => void) | undefined;

/** Scrolls to an element and stays there while what is above it grows, until somebody moves on. */
export function holdPlace(anchor: string): void {
  release?.();
  const element = document.getElementById(anchor);
  if (!element) return;
  const align = () => element.scrollIntoView();
  align();
  if (typeof ResizeObserver === "undefined") return;
  const observer = new ResizeObserver(align);
  observer.observe(document.body);
  const end = () => {
    observer.disconnect();
    window.clearTimeout(timer);
    for (const move of MOVES) window.removeEventListener(move, end);
    release = undefined;
  };
  const timer = window.setTimeout(end, HOLD_MS);
  for (const move of MOVES) window.addEventListener(move, end, { passive: true });
  release = end;
}
