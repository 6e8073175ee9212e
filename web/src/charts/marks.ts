import type uPlot from "uplot";

/** Something that happened: a thin line through a chart, or a faint band until `until_s`. */
export interface PlotMark {
  time_s: number;
  until_s: number | null;
  color: string;
  /** The moment that somebody chose: a whole line. */
  isChosen?: boolean;
}

/** Draws marks over a plot, behind nothing: they are thin and faint enough to see the lines through. */
export function drawMarks(plot: uPlot, marks: readonly PlotMark[]): void {
  const { ctx, bbox } = plot;
  const right = bbox.left + bbox.width;
  const ratio = window.devicePixelRatio || 1;
  ctx.save();
  for (const { time_s, until_s, color, isChosen } of marks) {
    const start = plot.valToPos(time_s, "x", true);
    const end = until_s === null ? start : plot.valToPos(until_s, "x", true);
    const from = Math.max(bbox.left, start);
    const to = Math.min(right, end);
    if (to < bbox.left || from > right) continue;
    if (to - from > 3 * ratio) {
      ctx.globalAlpha = 0.13;
      ctx.fillStyle = color;
      ctx.fillRect(from, bbox.top, to - from, bbox.height);
      continue;
    }
    ctx.globalAlpha = isChosen ? 1 : 0.75;
    ctx.strokeStyle = color;
    ctx.lineWidth = ratio;
    ctx.setLineDash(isChosen ? [] : [3 * ratio, 3 * ratio]);
    ctx.beginPath();
    ctx.moveTo(Math.round(from) + 0.5, bbox.top);
    ctx.lineTo(Math.round(from) + 0.5, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.restore();
}
