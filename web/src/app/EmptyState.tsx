import { Title } from "@mantine/core";
import { type ReactNode, useId } from "react";
import { Card } from "./Card";
import classes from "./EmptyState.module.css";

interface EmptyStateProps {
  title: string;
  /** 1 where it is all that the page shows. */
  order?: 1 | 2;
  /** What to do next: text, and lines to copy. */
  children: ReactNode;
}

/** Stands where a page has nothing to show yet. */
export function EmptyState({ title, order = 2, children }: EmptyStateProps) {
  const id = useId();
  return (
    <Card className={classes.empty} aria-labelledby={id}>
      <Title order={order} size="h4" id={id}>
        {title}
      </Title>
      {children}
    </Card>
  );
}
