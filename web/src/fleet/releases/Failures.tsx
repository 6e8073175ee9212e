import { Link } from "@tanstack/react-router";
import { text } from "../../text";
import type { AgentLine } from "../types";
import classes from "./releases.module.css";

const words = text.fleet.releases;

/** The agents whose last upgrade failed, and why. */
export function Failures({ agents }: { agents: readonly AgentLine[] }) {
  if (agents.length === 0) return <p className={classes.quiet}>{words.noFailures}</p>;
  return (
    <ul className={classes.failures}>
      {agents.map(({ id, hostname, version, upgrade_to, upgrade_reason }) => (
        <li key={id}>
          <Link to="/fleet" search={{ open: id }}>
            {hostname}
          </Link>
          <span>
            {version} → {upgrade_to}
          </span>
          <span className={classes.reason}>{upgrade_reason}</span>
        </li>
      ))}
    </ul>
  );
}
