import { Title } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./settings.module.css";

interface PartHeadProps {
  title: string;
  children: ReactNode;
  /** Buttons at the right. */
  actions?: ReactNode;
}

/** What a part of the settings is, and what can be done. */
export function PartHead({ title, children, actions }: PartHeadProps) {
  return (
    <div className={classes.head}>
      <div>
        <Title order={2} size="h4">
          {title}
        </Title>
        <p>{children}</p>
      </div>
      {actions && <div className={classes.actions}>{actions}</div>}
    </div>
  );
}
