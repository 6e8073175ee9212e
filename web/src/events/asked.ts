import type { EventStep } from "../api/types";
import type { TimeWindow } from "../host/range";

export const TYPES_PATH = "/console/v1/event-types";

/** Which counts are asked for. */
export interface Asked extends TimeWindow {
  step: EventStep;
}

/** Where the counts of several events are. */
export function seriesPath(ids: readonly number[], { from_us, to_us, step }: Asked): string {
  const query = new URLSearchParams();
  for (const id of ids) query.append("id", String(id));
  query.set("from", String(from_us));
  query.set("to", String(to_us));
  query.set("step", step);
  return `${TYPES_PATH}/series?${query}`;
}
