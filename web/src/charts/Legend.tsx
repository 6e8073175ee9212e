import type { Values } from "../api/types";
import { formatValue } from "../format/unit";
import { text } from "../text";
import { ranksOf } from "./hiding";
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
  onOnly: (label: string) => void;
  onToggle: (label: string) => void;
}

/** So many lines, or more, stand in the order of their values while the cursor is on a chart. */
const MANY_LINES = 5;

/** Names and values of a chart's lines; a click shows one alone, with a key it hides it or shows it again. */
export function Legend({ lines, unit, cursor, hidden, ...rest }: LegendProps) {
  const { omitted, past, onOnly, onToggle } = rest;
  const at = (values: Values) => (cursor === null ? lastValue(values) : (values[cursor] ?? null));
  const values = lines.map(({ values }) => at(values));
  const ranks = cursor !== null && lines.length >= MANY_LINES ? ranksOf(values) : null;
  const alone = lines.length - hidden.size === 1;
  return (
    <ul className={classes.legend}>
      {lines.map(({ label, color, isLimit }, index) => (
        <li key={`${index} ${label}`} style={ranks ? { order: ranks[index] } : undefined}>
          <button
            type="button"
            className={classes.entry}
            aria-pressed={!hidden.has(label)}
            title={alone && !hidden.has(label) ? words.all : words.only(label)}
            onClick={({ ctrlKey, metaKey, shiftKey }) =>
              (ctrlKey || metaKey || shiftKey ? onToggle : onOnly)(label)
            }
          >
            <span
              className={classes.swatch}
              data-limit={isLimit || undefined}
              style={isLimit ? undefined : { background: color }}
            />
            <span className={classes.label}>{label}</span>{" "}
            <span className={classes.value}>{formatValue(values[index] ?? null, unit)}</span>
            {past?.values.has(label) && !isLimit && (
              <span className={classes.was}>
                {text.host.compare.was(formatValue(at(past.values.get(label) ?? []), unit))}
              </span>
            )}
          </button>
        </li>
      ))}
      {omitted > 0 && (
        <li className={classes.omitted} style={{ order: lines.length }}>
          {words.omitted(omitted)}
        </li>
      )}
    </ul>
  );
}
