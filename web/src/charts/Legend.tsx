import { formatValue } from "../format/unit";
import { lastValue } from "./lines";
import type { PlotLine } from "./plot";
import classes from "./TimeChart.module.css";

interface LegendProps {
  lines: readonly PlotLine[];
  unit: string;
  /** The bucket under the cursor; null shows the newest values. */
  cursor: number | null;
  hidden: ReadonlySet<string>;
  omitted: number;
  onToggle: (label: string) => void;
}

/** Names and values of a chart's lines; each is a button that hides its line. */
export function Legend({ lines, unit, cursor, hidden, omitted, onToggle }: LegendProps) {
  return (
    <ul className={classes.legend}>
      {lines.map(({ label, color, values, isLimit }, index) => (
        <li key={`${index} ${label}`}>
          <button
            type="button"
            className={classes.entry}
            aria-pressed={!hidden.has(label)}
            title={hidden.has(label) ? `Show ${label}` : `Hide ${label}`}
            onClick={() => onToggle(label)}
          >
            <span
              className={classes.swatch}
              data-limit={isLimit || undefined}
              style={isLimit ? undefined : { background: color }}
            />
            <span className={classes.label}>{label}</span>{" "}
            <span className={classes.value}>
              {formatValue(cursor === null ? lastValue(values) : values[cursor], unit)}
            </span>
          </button>
        </li>
      ))}
      {omitted > 0 && <li className={classes.omitted}>{omitted} smaller not shown</li>}
    </ul>
  );
}
