import { type RefObject, useEffect, useState } from "react";

/** So far below the top a part may begin to be the one that is looked at. */
const NEAR_PX = 48;

/** The part of the page that is looked at: the last that begins above the fold of what stays on top. */
export function useCurrentSection(
  places: readonly { anchor: string }[],
  topRef: RefObject<HTMLElement | null>,
): string | undefined {
  const [current, setCurrent] = useState<string>();
  useEffect(() => {
    let frame = 0;
    const look = () => {
      frame = 0;
      const top_px = (topRef.current?.getBoundingClientRect().bottom ?? 0) + NEAR_PX;
      const isAtEnd = window.scrollY + window.innerHeight >= document.body.scrollHeight - 2;
      const begun = places.filter(({ anchor }) => {
        const element = document.getElementById(anchor);
        return element !== null && (isAtEnd || element.getBoundingClientRect().top <= top_px);
      });
      setCurrent((window.scrollY > 0 ? begun.at(-1) : undefined)?.anchor);
    };
    const follow = () => {
      frame ||= requestAnimationFrame(look);
    };
    window.addEventListener("scroll", follow, { passive: true });
    window.addEventListener("resize", follow);
    follow();
    return () => {
      cancelAnimationFrame(frame);
      window.removeEventListener("scroll", follow);
      window.removeEventListener("resize", follow);
    };
  }, [places, topRef]);
  return current;
}
