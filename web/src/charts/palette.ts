export type Scheme = "light" | "dark";

/** The colours of lines, in the order in which they are given out; the first is the accent. */
export const LINE_COLORS: Record<Scheme, readonly string[]> = {
  light: ["#3f63cf", "#d4762a", "#2b9a7c", "#a855a0", "#c0463f", "#4b9cc4", "#a08a1e", "#6b7688"],
  dark: ["#829ef0", "#eda35d", "#4fc4a4", "#cf86c8", "#ec8079", "#72bfe3", "#cdb74c", "#9aa6b6"],
};

export const FRAME_COLORS: Record<Scheme, { text: string; grid: string; limit: string }> = {
  light: { text: "#626c7d", grid: "#eceff3", limit: "#9aa3b2" },
  dark: { text: "#8f9aaa", grid: "#202831", limit: "#5d6878" },
};

/** The colour of a token as the page shows it now, for what is drawn on a canvas. */
export function tokenColor(token: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(token).trim() || "#888";
}

export function lineColor(scheme: Scheme, index: number): string {
  const colors = LINE_COLORS[scheme];
  return colors[index % colors.length] ?? FRAME_COLORS[scheme].text;
}
