/** The levels from the worst on, as they stand in legends and pile up in the histogram. */
export const LEVELS = [
  "critical",
  "error",
  "warning",
  "notice",
  "info",
  "debug",
  "trace",
  "",
] as const;

export type Level = (typeof LEVELS)[number];

/** The token of a level's colour; one for all that are not known. */
export function levelToken(level: string): string {
  const isKnown = level !== "" && LEVELS.some((known) => known === level);
  return `--level-${isKnown ? level : "none"}`;
}
