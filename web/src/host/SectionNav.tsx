import { type RefObject, useEffect, useRef } from "react";
import { holdPlace } from "../app/heldPlace";
import edge from "../app/ScrollEdge.module.css";
import { text } from "../text";
import classes from "./tools.module.css";
import { useCurrentSection } from "./useCurrentSection";

export interface Place {
  /** The id of its element, which the address keeps behind `#`. */
  anchor: string;
  title: string;
  /** How many charts stand there. */
  count?: number;
}

interface SectionNavProps {
  places: readonly Place[];
  /** What stays at the top of the window: a place begins below it. */
  topRef: RefObject<HTMLElement | null>;
}

/** The parts of the page, with the one in sight marked; each is one click away. */
export function SectionNav({ places, topRef }: SectionNavProps) {
  const listRef = useRef<HTMLUListElement>(null);
  const current = useCurrentSection(places, topRef);
  useEffect(() => {
    const asked = window.location.hash.slice(1);
    if (asked) holdPlace(asked);
  }, []);
  useEffect(() => {
    const list = listRef.current;
    const entry = current && list?.querySelector<HTMLElement>(`[data-place="${current}"]`);
    if (!list || !entry || list.scrollWidth <= list.clientWidth) return;
    list.scrollTo?.({ left: entry.offsetLeft - (list.clientWidth - entry.offsetWidth) / 2 });
  }, [current]);
  return (
    <nav className={classes.nav} aria-label={text.host.sections.label}>
      <ul ref={listRef} className={`${edge.edge} ${classes.places}`}>
        {places.map(({ anchor, title, count }) => (
          <li key={anchor}>
            <a
              href={`#${anchor}`}
              className={classes.place}
              data-place={anchor}
              aria-current={anchor === current ? "location" : undefined}
              onClick={() => holdPlace(anchor)}
            >
              {title}
              {count !== undefined && <span className={classes.count}>{count}</span>}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
