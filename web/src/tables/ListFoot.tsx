import type { ReactNode } from "react";
import classes from "./ListFoot.module.css";

interface ListFootProps {
  /** `alert` where the rest of the list could not be read. */
  role?: "status" | "alert";
  children: ReactNode;
}

/** What stands below a list: whether there is more, and how it is going. */
export function ListFoot({ role = "status", children }: ListFootProps) {
  return (
    <p className={classes.foot} role={role}>
      {children}
    </p>
  );
}
