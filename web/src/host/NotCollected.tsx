import { Link } from "@tanstack/react-router";
import type { HostDetail } from "../api/types";
import { text } from "../text";
import classes from "./host.module.css";

const words = text.host.notCollected;

/** Says which charts are missing because somebody turned their metrics off. */
export function NotCollected({ off, interval_s }: Pick<HostDetail, "off" | "interval_s">) {
  if (interval_s !== null && off.length === 0) return null;
  const names = off.map((group) => text.settings.collection.names[group] ?? group);
  return (
    <p className={classes.quiet} role="note">
      {interval_s === null ? words.nothing : words.groups(names.join(", "))}{" "}
      <Link to="/settings" search={{ part: "collection" }}>
        {words.where}
      </Link>
    </p>
  );
}
