import { useEffect, useState } from "react";
import { bucketStep, type Range, type TimeWindow, windowOf } from "./range";

/**
 * The window to draw. A live range moves on with each bucket while the page is visible.
 * `skew_us` is how far the server's clock is ahead of the browser's.
 */
export function useTimeWindow(range: Range, skew_us: number): TimeWindow {
  const [now_us, setNow] = useState(() => Date.now() * 1000);
  const isLive = "live" in range;
  const window_ = windowOf(range, now_us + skew_us);
  const { from_us, to_us } = window_;
  const step_us = bucketStep(to_us - from_us) * 1e6;
  useEffect(() => {
    if (!isLive) return;
    const look = () => {
      if (document.visibilityState === "visible") setNow(Date.now() * 1000);
    };
    look();
    const timer = window.setInterval(look, Math.min(step_us / 1000, 10_000));
    document.addEventListener("visibilitychange", look);
    return () => {
      window.clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [isLive, step_us]);
  return window_;
}
