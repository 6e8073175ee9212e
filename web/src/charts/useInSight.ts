import { type RefObject, useEffect, useState } from "react";

/** Whether an element is in the window, or nearly: `margin` is how far outside it may be. */
export function useInSight(ref: RefObject<HTMLElement | null>, margin: string): boolean {
  const [isInSight, setInSight] = useState(typeof IntersectionObserver === "undefined");
  useEffect(() => {
    const element = ref.current;
    if (!element || typeof IntersectionObserver === "undefined") return;
    const observer = new IntersectionObserver(
      (entries) => setInSight(entries.at(-1)?.isIntersecting ?? false),
      { rootMargin: margin },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref, margin]);
  return isInSight;
}
