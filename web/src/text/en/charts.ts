/** Charts of every page. */
export const charts = {
  overTime: (title: string) => `${title} over time`,
  only: (line: string) => `Only ${line}; with Ctrl or Shift, show or hide it`,
  all: "Show all lines again",
  unknown: "unknown",
  omitted: (count: number) => `${count} smaller not shown`,
};
