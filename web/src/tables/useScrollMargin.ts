import { type RefObject, useLayoutEffect, useState } from "react";

/**
 * How far below the top of the page an element begins. What stands above it may grow at any time; it
 * is looked at when the page's height changes, since a look makes the browser lay everything out.
 */
export function useScrollMargin(ref: RefObject<HTMLElement | null>): number {
  const [margin, setMargin] = useState(0);
  useLayoutEffect(() => {
    const look = () => {
      const top = ref.current?.getBoundingClientRect().top ?? 0;
      setMargin(Math.round(top + window.scrollY));
    };
    look();
    const observer = new ResizeObserver(look);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, [ref]);
  return margin;
}
