import { useComputedColorScheme } from "@mantine/core";
import { useMemo } from "react";
import type { Mark } from "../../api/types";
import type { PlotMark } from "../../charts/marks";
import { tokenColor } from "../../charts/palette";
import { markToken } from "./placing";

/** The marks as charts draw them, and the chosen moment; tokens differ by scheme. */
export function usePlotMarks(marks: readonly Mark[], at_us: number | undefined): PlotMark[] {
  const scheme = useComputedColorScheme("light", { getInitialValueInEffect: false });
  return useMemo(() => {
    const drawn = marks.map((mark) => ({
      time_s: mark.ts_us / 1e6,
      until_s: mark.kind === "silence" && mark.until_us != null ? mark.until_us / 1e6 : null,
      color: tokenColor(markToken(mark)),
    }));
    if (at_us === undefined) return drawn;
    const moment = { time_s: at_us / 1e6, until_s: null, color: tokenColor("--accent") };
    return [...drawn, { ...moment, isChosen: true }];
  }, [marks, at_us, scheme]);
}
