import type { ReactNode } from "react";
import { Card } from "./Card";
import classes from "./SidePanel.module.css";

interface SidePanelProps {
  className?: string;
  children: ReactNode;
}

/** A box beside a list that stays in sight, and scrolls by itself, while the list goes by. */
export function SidePanel({ className, children }: SidePanelProps) {
  return (
    <Card as="aside" className={`${classes.side} ${className ?? ""}`}>
      {children}
    </Card>
  );
}
