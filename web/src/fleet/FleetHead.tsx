import { Title } from "@mantine/core";
import { type ReactNode, useEffect } from "react";
import { text } from "../text";
import classes from "./layout.module.css";

/** The title of a page of the fleet, and beside it what can be begun there. */
export function FleetHead({ title, children }: { title: string; children?: ReactNode }) {
  useEffect(() => {
    document.title = text.shell.documentTitle(title);
  }, [title]);
  return (
    <div className={classes.head}>
      <Title order={1} size="h3">
        {title}
      </Title>
      {children}
    </div>
  );
}
