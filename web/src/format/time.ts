import { text } from "../text";
import { isReading, MISSING, type Reading } from "./missing";
import { wallClock } from "./zone";

const MONTHS = text.dates.months;

/** A moment in the chosen time zone: `21 Nov 2026, 07:31:05`. */
export function formatMoment(time_us: Reading): string {
  if (!isReading(time_us)) return MISSING;
  const date = wallClock(time_us / 1000);
  return `${day(date)} ${date.getUTCFullYear()}, ${clock(date, true)}`;
}

/** A moment to the millisecond, for rows of logs: `Nov 21 07:31:05.123`; all of one width. */
export function formatStamp(time_us: Reading): string {
  if (!isReading(time_us)) return MISSING;
  const date = wallClock(time_us / 1000);
  const thousandths = String(date.getUTCMilliseconds()).padStart(3, "0");
  const dayOfMonth = String(date.getUTCDate()).padStart(2, "0");
  return `${MONTHS[date.getUTCMonth()]} ${dayOfMonth} ${clock(date, true)}.${thousandths}`;
}

/** The same with its year, for what is kept for ever: `2026 Nov 21 07:31:05.123`. */
export function formatDatedStamp(time_us: Reading): string {
  if (!isReading(time_us)) return MISSING;
  return `${wallClock(time_us / 1000).getUTCFullYear()} ${formatStamp(time_us)}`;
}

/** A moment as short as its resolution allows: without seconds when buckets are whole minutes. */
export function formatBucket(time_s: number, interval_s: number): string {
  const date = wallClock(time_s * 1000);
  return `${day(date)}, ${clock(date, interval_s % 60 !== 0)}`;
}

/** The label of a tick on a time axis; `step_s` is the distance of ticks. Midnight shows its day. */
export function formatTick(time_s: number, step_s: number): string {
  const date = wallClock(time_s * 1000);
  const isMidnight = date.getUTCHours() + date.getUTCMinutes() + date.getUTCSeconds() === 0;
  return step_s >= 86_400 || isMidnight ? day(date) : clock(date, step_s < 60);
}

function day(date: Date): string {
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`;
}

function clock(date: Date, hasSeconds: boolean): string {
  const seconds = hasSeconds ? [date.getUTCSeconds()] : [];
  return [date.getUTCHours(), date.getUTCMinutes(), ...seconds]
    .map((part) => String(part).padStart(2, "0"))
    .join(":");
}
