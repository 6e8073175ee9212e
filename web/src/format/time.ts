import { isReading, MISSING, type Reading } from "./missing";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** A moment in the reader's time zone: `21 Nov 2026, 07:31:05`. */
export function formatMoment(time_us: Reading): string {
  if (!isReading(time_us)) return MISSING;
  const date = new Date(time_us / 1000);
  return `${day(date)} ${date.getFullYear()}, ${clock(date, true)}`;
}

/** A moment as short as its resolution allows: without seconds when buckets are whole minutes. */
export function formatBucket(time_s: number, interval_s: number): string {
  const date = new Date(time_s * 1000);
  return `${day(date)}, ${clock(date, interval_s % 60 !== 0)}`;
}

/** The label of a tick on a time axis; `step_s` is the distance of ticks. Midnight shows its day. */
export function formatTick(time_s: number, step_s: number): string {
  const date = new Date(time_s * 1000);
  const isMidnight = date.getHours() === 0 && date.getMinutes() === 0 && date.getSeconds() === 0;
  return step_s >= 86_400 || isMidnight ? day(date) : clock(date, step_s < 60);
}

function day(date: Date): string {
  return `${date.getDate()} ${MONTHS[date.getMonth()]}`;
}

function clock(date: Date, hasSeconds: boolean): string {
  const parts = [date.getHours(), date.getMinutes(), ...(hasSeconds ? [date.getSeconds()] : [])];
  return parts.map((part) => String(part).padStart(2, "0")).join(":");
}
