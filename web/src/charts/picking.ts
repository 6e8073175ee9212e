import type uPlot from "uplot";

const STILL_PX = 5;
/** A second click within this time makes the first one part of a double click. */
const DOUBLE_MS = 260;

interface PickOptions {
  onPick?: (time_s: number) => void;
}

/** Tells of clicks on a plot: not of drags, nor of double clicks, which mean something else. */
export function watchPicks(plot: uPlot, options: PickOptions): void {
  if (!options.onPick) return;
  let start_x = 0;
  let timer: number | undefined;
  plot.over.addEventListener("mousedown", ({ clientX }) => {
    start_x = clientX;
  });
  plot.over.addEventListener("dblclick", () => window.clearTimeout(timer));
  plot.over.addEventListener("click", ({ clientX, detail }) => {
    window.clearTimeout(timer);
    if (Math.abs(clientX - start_x) >= STILL_PX || detail > 1) return;
    const left = clientX - plot.over.getBoundingClientRect().left;
    const time_s = plot.posToVal(left, "x");
    timer = window.setTimeout(() => options.onPick?.(time_s), DOUBLE_MS);
  });
}
