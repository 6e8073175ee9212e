import { Link } from "@tanstack/react-router";
import { MISSING } from "../../format/missing";
import { formatCount } from "../../format/number";
import type { AgentLine } from "../types";
import classes from "./releases.module.css";
import { versionCounts } from "./waves";

/** How many agents run each version; a version leads to its agents. */
export function VersionBars({ agents }: { agents: readonly AgentLine[] }) {
  const counts = versionCounts(agents);
  const most = Math.max(1, ...counts.map(([, count]) => count));
  return (
    <ul className={classes.bars}>
      {counts.map(([version, count]) => (
        <li key={version}>
          <Link to="/fleet" search={{ version }}>
            {version || MISSING}
          </Link>
          <span className={classes.bar} aria-hidden="true">
            <span style={{ width: `${(count / most) * 100}%` }} />
          </span>
          <span className={classes.number}>{formatCount(count)}</span>
        </li>
      ))}
    </ul>
  );
}
