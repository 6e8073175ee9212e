import { text } from "../text";
import classes from "./Meter.module.css";

const FULL_PERCENT = 90;

interface MeterProps {
  percent: number | null;
  label: string;
  /** A part of a whole, which is never too full. */
  isShare?: boolean;
}

/** A bar that shows a share; from 90 % on it takes the warning colour. */
export function Meter({ percent, label, isShare = false }: MeterProps) {
  const shown = Math.min(100, Math.max(0, percent ?? 0));
  return (
    <span
      className={classes.track}
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(shown)}
      aria-valuetext={percent === null ? text.charts.unknown : undefined}
      data-full={(!isShare && shown >= FULL_PERCENT) || undefined}
    >
      <span className={classes.fill} style={{ width: `${shown}%` }} />
    </span>
  );
}
