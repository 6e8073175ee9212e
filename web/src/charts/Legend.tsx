import type { Values } from "../api/types";
import { formatValue } from "../format/unit";
import { text } from "../text";
import { lastValue, type PastLines } from "./lines";
import type { PlotLine } from "./plot";
import classes from "./TimeChart.module.css";

const words = text.charts;

interface LegendProps {
  lines: readonly PlotLine[];
  unit: string;
  /** The bucket under the cursor; null shows the newest values. */
  cursor: number | null;
  hidden: ReadonlySet<string>;
  omitted: number;
  past?: PastLines;
  onToggle: (label: string) => void;
}

/** Names and values of a chart's lines; each is a button that hides its line. */
export function Legend({ lines, unit, cursor, hidden, omitted, past, onToggle }: LegendProps) {
  const at = (values: Values) => (cursor === null ? lastValue(values) : (values[cursor] ?? null));
  return (
    <ul className={classes.legend}>
      {lines.map(({ label, color, values, isLimit }, index) => (
        <li key={`${index} ${label}`}>
          <button
            type="button"
            className={classes.entry}
            aria-pressed={!hidden.has(label)}
            title={hidden.has(label) ? words.show(label) : words.hide(label)}
            onClick={() => onToggle(label)}
          >
            <span
              className={classes.swatch}
              data-limit={isLimit || undefined}
              style={isLimit ? undefined : { background: color }}
            />
            <span className={classes.label}>{label}</span>{" "}
            <span className={classes.value}>{formatValue(at(values), unit)}</span>
            {past?.values.has(label) && !isLimit && (
              <span className={classes.was}>
                {text.host.compare.was(formatValue(at(past.values.get(label) ?? []), unit))}
              </span>
            )}
          </button>
        </li>
      ))}
      {omitted > 0 && <li className={classes.omitted}>{words.omitted(omitted)}</li>}
    </ul>
  );
}
