import { BARS } from "./spread";
import classes from "./tiles.module.css";

const HEIGHT = 34;
const STEP = 9;
const WIDTH = 7;
const WARNING_BAR = 0.9 * BARS;

/** A row of bars; of shares, those near the end of the scale take the warning colour. */
export function Bars(props: { bars: readonly number[]; isShare: boolean; label: string }) {
  const { bars, isShare, label } = props;
  return (
    <svg
      className={classes.bars}
      viewBox={`0 0 ${BARS * STEP - (STEP - WIDTH)} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      {bars.map((bar, index) => {
        const height = bar > 0 ? Math.max(2, bar * HEIGHT) : 1;
        return (
          <rect
            key={index}
            x={index * STEP}
            y={HEIGHT - height}
            width={WIDTH}
            height={height}
            rx={1}
            data-empty={bar === 0 || undefined}
            data-high={(isShare && index >= WARNING_BAR) || undefined}
          />
        );
      })}
    </svg>
  );
}
