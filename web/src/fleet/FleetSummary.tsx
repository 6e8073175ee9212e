import type { FleetHost } from "../api/types";
import { formatCount } from "../format/number";
import classes from "./fleet.module.css";
import { countStates } from "./order";

/** One line on the fleet: `12 machines, 11 online, 1 offline`. */
export function FleetSummary({ hosts, shown }: { hosts: readonly FleetHost[]; shown: number }) {
  const { all, online, offline } = countStates(hosts);
  const parts = [
    `${formatCount(all)} ${all === 1 ? "machine" : "machines"}`,
    `${formatCount(online)} online`,
  ];
  if (offline > 0) parts.push(`${formatCount(offline)} offline`);
  if (shown < all) parts.push(`${formatCount(shown)} shown`);
  return <p className={classes.summary}>{parts.join(", ")}</p>;
}
