import { useNavigate } from "@tanstack/react-router";
import type { KeyboardEvent } from "react";
import { text } from "../text";
import { BARS, type Share, type Spread } from "./spread";
import classes from "./tiles.module.css";

const words = text.overview.tiles;
const STEP_PERCENT = 100 / BARS;
const HIGH_PERCENT = 90;

/** How many machines lie in each twentieth of a scale; a click on a bar shows these machines. */
export function Bars({ metric, spread }: { metric: Share; spread: Spread }) {
  const navigate = useNavigate({ from: "/" });
  const show = (from: number) =>
    void navigate({
      search: (old) => ({
        ...old,
        within: `${metric}:${from}-${from + STEP_PERCENT}`,
        sort: metric,
        order: "desc" as const,
      }),
      replace: true,
      resetScroll: false,
    });
  const first = spread.counts.findIndex((count) => count > 0);
  return (
    <div className={classes.spread}>
      <div
        className={classes.bars}
        role="group"
        aria-label={words.spread(text.overview.columns[metric])}
        onKeyDown={walk}
      >
        {spread.counts.map((count, index) => {
          const from = index * STEP_PERCENT;
          const name = words.bar(count, from, from + STEP_PERCENT);
          const bar = (
            <span
              style={{ height: `${(spread.heights[index] ?? 0) * 100}%` }}
              data-high={from >= HIGH_PERCENT || undefined}
            />
          );
          return count === 0 ? (
            <span key={from} className={classes.place} title={name}>
              {bar}
            </span>
          ) : (
            <button
              key={from}
              type="button"
              className={classes.place}
              title={name}
              aria-label={name}
              // One stop of the Tab key for each tile; arrows lead on.
              tabIndex={index === first ? 0 : -1}
              onClick={() => show(from)}
            >
              {bar}
            </button>
          );
        })}
      </div>
      <div className={classes.scale} aria-hidden="true">
        <span>{words.empty}</span>
        <span>{words.scale}</span>
        <span>{words.full}</span>
      </div>
    </div>
  );
}

/** Moves the focus from bar to bar by the arrow keys. */
function walk({ key, currentTarget }: KeyboardEvent<HTMLElement>): void {
  const bars = [...currentTarget.querySelectorAll("button")];
  const at = bars.indexOf(document.activeElement as HTMLButtonElement);
  if (at < 0 || (key !== "ArrowLeft" && key !== "ArrowRight")) return;
  bars[at + (key === "ArrowRight" ? 1 : -1)]?.focus();
}
