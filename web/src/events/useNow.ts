import { useEffect, useState } from "react";

/** The time in microseconds, anew each half minute while the page is visible. */
export function useNow(): number {
  const [now_us, setNow] = useState(() => Date.now() * 1000);
  useEffect(() => {
    const look = () => {
      if (document.visibilityState === "visible") setNow(Date.now() * 1000);
    };
    const timer = window.setInterval(look, 30_000);
    document.addEventListener("visibilitychange", look);
    return () => {
      window.clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, []);
  return now_us;
}
