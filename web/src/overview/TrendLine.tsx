import type { Band } from "../api/types";
import { bandPath, sparkPaths } from "../charts/spark";
import { text } from "../text";
import classes from "./tiles.module.css";

const WIDTH = 120;
const HEIGHT = 34;

type Values = readonly (number | null)[];

interface TrendLineProps {
  /** Either how machines lay, or their sum. */
  values: Values;
  band?: Band;
  top?: number;
  label: string;
  caption: string;
}

/** The last half hour of the fleet: a line, and the band in which most machines lay. */
export function TrendLine({ values, band, top, label, caption }: TrendLineProps) {
  const { line, area } = sparkPaths(values, WIDTH, HEIGHT, top);
  return (
    <figure className={classes.trend}>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={label}
      >
        <title>{label}</title>
        <path className={classes.band} d={band ? bandPath(band, WIDTH, HEIGHT, top) : area} />
        <path className={classes.line} d={line} />
      </svg>
      <figcaption className={classes.scale} aria-hidden="true">
        <span>{caption}</span>
        <span>{text.overview.tiles.now}</span>
      </figcaption>
    </figure>
  );
}
