import type { LastValue } from "../api/types";
import { text } from "../text";
import type { Place } from "./SectionNav";
import { type Section, shownCharts } from "./sections";

/** The id of the element with processes, ports, inventory and so on. */
export const DETAILS = "details";

/** The parts of a machine's page: its sections with their charts, and what it told. */
export function placesOf(
  sections: readonly Section[],
  last: readonly LastValue[] | undefined,
): Place[] {
  if (!last) return [];
  const measured = new Set(last.map(({ metric }) => metric));
  const places = sections
    .map((section) => ({
      anchor: section.id,
      title: section.title,
      count: shownCharts(section, measured).length,
    }))
    .filter(({ count }) => count > 0);
  return [...places, { anchor: DETAILS, title: text.host.details }];
}
