import type { HTMLAttributes } from "react";
import classes from "./Card.module.css";

interface CardProps extends HTMLAttributes<HTMLElement> {
  /** The element that the box is; a section where nothing is said. */
  as?: "article" | "aside" | "div" | "dl" | "form" | "section" | "ul";
}

/** The box in which what belongs together stands. */
export function Card({ as: Element = "section", className = "", ...rest }: CardProps) {
  return <Element {...rest} className={`${classes.card} ${className}`} />;
}
