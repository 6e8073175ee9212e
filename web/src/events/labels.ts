import type { EventStep } from "../api/types";
import { formatBucket } from "../format/time";
import { text } from "../text";

const { chart } = text.events;
const { months } = text.dates;

/** What a bar stands for: an hour in the chosen zone, else the day, week or month in the server's. */
export function bucketLabel(start_us: number, date: string, step: EventStep): string {
  if (step === "hour") return formatBucket(start_us / 1e6, 3_600);
  const [year, month = "1", day = "1"] = date.split("-");
  const name = months[Number(month) - 1];
  if (step === "month") return `${name} ${year}`;
  const whole = `${Number(day)} ${name} ${year}`;
  return step === "week" ? chart.week(whole) : whole;
}
