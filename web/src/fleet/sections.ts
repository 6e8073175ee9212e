import { text } from "../text";

/** The pages of the fleet with their names. */
export const FLEET_PARTS = [
  ["/fleet", text.fleet.sections.agents],
  ["/fleet/configs", text.fleet.sections.configs],
  ["/fleet/tags", text.fleet.sections.tags],
  ["/fleet/runners", text.fleet.sections.runners],
  ["/fleet/releases", text.fleet.sections.releases],
  ["/fleet/changes", text.fleet.sections.changes],
  ["/fleet/shut-out", text.fleet.sections.shutOut],
] as const;
