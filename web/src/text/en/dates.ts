/** Moments and spans of time. */
export const dates = {
  months: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
  never: "never",
  now: "just now",
  ago: (span: string) => `${span} ago`,
};
