import type { ReactNode } from "react";
import classes from "./NoMatch.module.css";

/** Stands where a list has rows, and none of them is what is looked for. */
export function NoMatch({ children }: { children: ReactNode }) {
  return <div className={classes.none}>{children}</div>;
}
