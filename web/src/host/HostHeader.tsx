import { Button, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { HostDetail } from "../api/types";
import { StateDot } from "../app/StateDot";
import { formatAgo } from "../format/duration";
import { CalmIcon } from "../icons/icons";
import { writeTerm } from "../logs/terms";
import { text } from "../text";
import { type Fact, hostFacts } from "./facts";
import { HostAttention } from "./HostAttention";
import classes from "./header.module.css";

/** A machine's name and state, what is wrong with it, and its main facts; the others when somebody asks. */
export function HostHeader({ detail, now_us }: { detail: HostDetail; now_us: number }) {
  const { agent, attention } = detail;
  const [isOpen, setOpen] = useState(false);
  const facts = hostFacts(detail, now_us);
  const others = facts.filter(({ isMain }) => !isMain);
  return (
    <header className={classes.header}>
      <div className={classes.headline}>
        <Link to="/" className={classes.back}>
          {text.host.back}
        </Link>
        <Title order={1} size="h4" className={classes.hostname}>
          {agent.hostname}
        </Title>
        <StateDot state={agent.state} />
        <span className={classes.seen}>
          {text.host.seen(formatAgo(agent.last_seen_us, now_us))}
        </span>
        {attention.length === 0 && (
          <span className={classes.calm}>
            <CalmIcon size={14} />
            {text.host.calm}
          </span>
        )}
        <nav className={classes.ways} aria-label={text.host.ways.label}>
          <Link to="/logs" search={{ q: writeTerm("agent", agent.hostname || agent.agent_id) }}>
            {text.host.ways.logs}
          </Link>
          <Link to="/fleet" search={{ open: agent.agent_id }}>
            {text.host.ways.agent}
          </Link>
        </nav>
      </div>
      <HostAttention lines={attention} now_us={now_us} />
      <div className={classes.strip}>
        <FactList className={classes.main} facts={facts.filter(({ isMain }) => isMain)} />
        <Button
          className={classes.more}
          size="compact-xs"
          variant="subtle"
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        >
          {isOpen ? text.host.facts.less : text.host.facts.more}
        </Button>
        {isOpen && <FactList className={classes.others} facts={others} />}
      </div>
    </header>
  );
}

function FactList({ className, facts }: { className: string | undefined; facts: Fact[] }) {
  return (
    <dl className={className}>
      {facts.map(({ name, value, isWarning }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd data-warning={isWarning || undefined} title={value}>
            {value}
          </dd>
        </div>
      ))}
    </dl>
  );
}
