import type { ReactNode } from "react";
import classes from "./list.module.css";

/** Stands where a list has no rows: what that means, and what to do next. */
export function Empty({
  title,
  next,
  children,
}: {
  title: string;
  next?: string;
  children?: ReactNode;
}) {
  return (
    <div className={classes.empty}>
      <strong>{title}</strong>
      {next && <p>{next}</p>}
      {children}
    </div>
  );
}
