import type uPlot from "uplot";

const HOLD_MS = 350;
const MOVED_PX = 10;

interface TouchOptions {
  onZoom: (from_s: number, to_s: number) => void;
}

/**
 * Lets fingers choose a span: two of them at its ends, or one that is held and then drawn. One that
 * moves at once scrolls the page, as everywhere.
 */
export function watchTouches(plot: uPlot, { onZoom }: TouchOptions): void {
  const { over } = plot;
  let first: number | null = null;
  let last = 0;
  let held: number | undefined;
  let start = { x: 0, y: 0 };

  const at = ({ clientX }: Touch) => {
    const { left, width } = over.getBoundingClientRect();
    return Math.min(width, Math.max(0, clientX - left));
  };
  const begin = (from: number, to: number) => {
    first = from;
    last = to;
    show();
  };
  const show = () => {
    const left = Math.min(first ?? 0, last);
    const width = Math.abs(last - (first ?? 0));
    plot.setSelect({ left, top: 0, width, height: over.clientHeight }, false);
  };
  const end = () => {
    window.clearTimeout(held);
    if (first === null) return;
    const [left, right] = [Math.min(first, last), Math.max(first, last)];
    first = null;
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    if (right - left >= MOVED_PX) onZoom(plot.posToVal(left, "x"), plot.posToVal(right, "x"));
  };

  over.addEventListener(
    "touchstart",
    (event) => {
      window.clearTimeout(held);
      const [one, other] = event.touches;
      if (one && other) {
        event.preventDefault();
        begin(at(one), at(other));
      } else if (one) {
        start = { x: one.clientX, y: one.clientY };
        held = window.setTimeout(() => begin(at(one), at(one)), HOLD_MS);
      }
    },
    { passive: false },
  );
  over.addEventListener(
    "touchmove",
    (event) => {
      const [one, other] = event.touches;
      if (!one) return;
      if (first === null) {
        const moved = Math.hypot(one.clientX - start.x, one.clientY - start.y);
        if (moved > MOVED_PX) window.clearTimeout(held);
        return;
      }
      event.preventDefault();
      if (other) first = at(one);
      last = at(other ?? one);
      show();
    },
    { passive: false },
  );
  over.addEventListener("touchend", end);
  over.addEventListener("touchcancel", () => {
    window.clearTimeout(held);
    first = null;
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  });
}
