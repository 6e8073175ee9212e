import { Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { HostDetail } from "../api/types";
import { StateDot } from "../app/StateDot";
import { formatAgo } from "../format/duration";
import { text } from "../text";
import { hostFacts } from "./facts";
import classes from "./host.module.css";

/** A machine's name, state and facts. */
export function HostHeader({ detail, now_us }: { detail: HostDetail; now_us: number }) {
  const { agent } = detail;
  return (
    <header className={classes.header}>
      <Link to="/" className={classes.back}>
        {text.host.back}
      </Link>
      <div className={classes.headline}>
        <Title order={1} size="h3" className={classes.hostname}>
          {agent.hostname}
        </Title>
        <StateDot state={agent.state} />
        <span className={classes.seen}>
          {text.host.seen(formatAgo(agent.last_seen_us, now_us))}
        </span>
      </div>
      <dl className={classes.facts}>
        {hostFacts(detail, now_us).map(({ name, value, isWarning }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd data-warning={isWarning || undefined} title={value}>
              {value}
            </dd>
          </div>
        ))}
      </dl>
    </header>
  );
}
