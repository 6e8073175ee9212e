import { type RefObject, useEffect, useState } from "react";
import { useLatest } from "../tables/useLatest";

/**
 * Whether an element is in the window, or nearly: `margin` is how far outside it may be. `onLeave` is
 * told how high it was when it is there no more.
 */
export function useInSight(
  ref: RefObject<HTMLElement | null>,
  margin: string,
  onLeave?: (height_px: number) => void,
): boolean {
  const [isInSight, setInSight] = useState(typeof IntersectionObserver === "undefined");
  const latest = useLatest(onLeave);
  useEffect(() => {
    const element = ref.current;
    if (!element || typeof IntersectionObserver === "undefined") return;
    let wasInSight = false;
    const observer = new IntersectionObserver(
      (entries) => {
        const last = entries.at(-1);
        if (!last) return;
        // The browser has measured it already; to ask for its height would make it do so again.
        if (wasInSight && !last.isIntersecting) latest.current?.(last.boundingClientRect.height);
        wasInSight = last.isIntersecting;
        setInSight(last.isIntersecting);
      },
      { rootMargin: margin },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref, margin, latest]);
  return isInSight;
}
