import { text } from "../text";
import { parseSyntaxError } from "./completion";
import classes from "./QueryProblem.module.css";

const { logs } = text;

/** The query as it was asked, with a mark where it cannot be read, and why. */
export function QueryProblem({ query, message }: { query: string; message: string }) {
  const error = parseSyntaxError(message);
  if (!error)
    return (
      <p className={classes.problem} role="alert">
        {message}
      </p>
    );
  const { at, reason } = error;
  return (
    <p className={classes.problem} role="alert">
      <span className="visually-hidden">{logs.syntax}: </span>
      <code>
        {query.slice(0, at)}
        <mark>{query.slice(at, at + 1) || " "}</mark>
        {query.slice(at + 1)}
      </code>
      {reason}
    </p>
  );
}
