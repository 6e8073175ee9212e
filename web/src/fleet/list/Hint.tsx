import type { ReactNode } from "react";
import classes from "./list.module.css";

/** Stands below a short list: what to do next. */
export function Hint({ children }: { children: ReactNode }) {
  return (
    <p className={classes.hint} role="note">
      {children}
    </p>
  );
}
