import { MISSING } from "../../../format/missing";
import { formatCount, formatNumber } from "../../../format/number";
import { text } from "../../../text";
import type { DraftError, Tried, TriedLine } from "./asking";
import { COLOURS, fieldNames, piecesOf } from "./parts";
import classes from "./tryout.module.css";

const words = text.fleet.tryout;
const SHOWN = 100;

/** What becomes of lines: each with its fields in colour, a legend, and counts. */
export function TriedLines({ tried }: { tried: Tried }) {
  const names = fieldNames(tried.lines);
  const colours = new Map(names.map((name, index) => [name, index % COLOURS]));
  const { counts } = tried;
  return (
    <section className={classes.result} aria-label={words.result}>
      <Errors errors={tried.errors} />
      {tried.notes.map((note) => (
        <p key={note} className={classes.note}>
          {note}
        </p>
      ))}
      {tried.errors.length === 0 && (
        <ul className={classes.counts} data-testid="tried-counts">
          {(["read", "parsed", "failed", "filtered"] as const).map((name) => (
            <li key={name} data-bad={(name === "failed" && counts.failed > 0) || undefined}>
              <strong>{formatCount(counts[name])}</strong> {words.counts[name]}
            </li>
          ))}
          {tried.lines_per_s !== null && (
            <li>{words.counts.speed(formatNumber(tried.lines_per_s))}</li>
          )}
        </ul>
      )}
      {names.length > 0 && (
        <ul className={classes.legend} aria-label={words.legend}>
          {names.map((name) => (
            <li key={name} data-colour={colours.get(name)}>
              {name}
            </li>
          ))}
        </ul>
      )}
      {tried.errors.length === 0 && tried.lines.length === 0 && (
        <p className={classes.note}>{words.noLines}</p>
      )}
      <ol className={classes.lines}>
        {tried.lines.slice(0, SHOWN).map((line, index) => (
          <Line key={index} line={line} colours={colours} />
        ))}
      </ol>
    </section>
  );
}

export function Errors({ errors }: { errors: readonly DraftError[] }) {
  return errors.map(({ key, message, nearest }) => (
    <p key={`${key} ${message}`} className={classes.error} role="alert">
      <strong>{key}</strong> {message}
      {nearest && !message.includes(nearest) && ` (${nearest}?)`}
    </p>
  ));
}

function Line({ line, colours }: { line: TriedLine; colours: ReadonlyMap<string, number> }) {
  const { raw, fields, error, spans } = line;
  return (
    <li className={classes.line} data-failed={error !== null || undefined}>
      <code className={classes.raw}>
        {piecesOf(raw, spans ?? []).map(({ at, text: part, name }) =>
          name === null ? (
            part
          ) : (
            <mark key={at} data-colour={colours.get(name)} title={name}>
              {part}
            </mark>
          ),
        )}
      </code>
      {error !== null && <p className={classes.failure}>{error || words.notParsed}</p>}
      {error === null && fields === null && <p className={classes.note}>{words.dropped}</p>}
      {fields !== null && (
        <dl className={classes.fields}>
          {Object.entries(fields).map(([name, value]) => (
            <div key={name} data-colour={colours.get(name)}>
              <dt>{name}</dt>
              <dd>{shown(value)}</dd>
            </div>
          ))}
        </dl>
      )}
    </li>
  );
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return MISSING;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
