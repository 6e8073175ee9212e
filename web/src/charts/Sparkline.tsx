import classes from "./Sparkline.module.css";
import { sparkPaths } from "./spark";

export type Tone = "plain" | "warn" | "bad";

interface SparklineProps {
  values: readonly (number | null)[];
  /** The value at the top edge; the largest of `values` when it is not given. */
  top?: number;
  width?: number;
  height?: number;
  /** As wide as its place; `width` is then the measure of its drawing only. */
  isFluid?: boolean;
  tone?: Tone;
}

/** A small line of the last values, gaps left open. It repeats what a number says: hidden from readers. */
export function Sparkline(props: SparklineProps) {
  const { values, top, width = 88, height = 24, isFluid = false, tone = "plain" } = props;
  const { line, area } = sparkPaths(values, width, height, top);
  return (
    <svg
      className={classes.spark}
      data-tone={tone}
      width={isFluid ? "100%" : width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio={isFluid ? "none" : undefined}
      aria-hidden="true"
    >
      <path className={classes.area} d={area} />
      <path className={classes.line} d={line} />
    </svg>
  );
}
