/** Charts of every page. */
export const charts = {
  overTime: (title: string) => `${title} over time`,
  show: (line: string) => `Show ${line}`,
  hide: (line: string) => `Hide ${line}`,
  unknown: "unknown",
  omitted: (count: number) => `${count} smaller not shown`,
};
