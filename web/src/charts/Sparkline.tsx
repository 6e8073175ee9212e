import classes from "./Sparkline.module.css";
import { sparkPaths } from "./spark";

interface SparklineProps {
  values: readonly (number | null)[];
  /** The value at the top edge; the largest of `values` when it is not given. */
  top?: number;
  width?: number;
  height?: number;
}

/** A small line of the last values, gaps left open. It repeats what a number says: hidden from readers. */
export function Sparkline({ values, top, width = 88, height = 24 }: SparklineProps) {
  const { line, area } = sparkPaths(values, width, height, top);
  return (
    <svg
      className={classes.spark}
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      aria-hidden="true"
    >
      <path className={classes.area} d={area} />
      <path className={classes.line} d={line} />
    </svg>
  );
}
