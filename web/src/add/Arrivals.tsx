import { Button, Loader } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Card } from "../app/Card";
import { Notice } from "../app/Notice";
import { QueryNotice } from "../app/QueryNotice";
import { StateDot } from "../app/StateDot";
import { formatTick } from "../format/time";
import { text } from "../text";
import classes from "./add.module.css";
import { type EnrolledAgent, enrolmentQuery, type TokenRow } from "./queries";

const { add: words } = text;

interface ArrivalsProps {
  token_id: string;
  /** The command stands above: another one is of use once this one has ended. */
  hasCommand: boolean;
  onAgain: () => void;
}

/** The machines that a token let in, as they arrive, and what became of the token. */
export function Arrivals({ token_id, hasCommand, onAgain }: ArrivalsProps) {
  const query = useQuery(enrolmentQuery(token_id));
  const page = query.data;
  return (
    <>
      <QueryNotice query={query} height={64} />
      {page && (
        <>
          <p className={classes.waiting} role="status">
            <Progress token={page.token} />
          </p>
          {page.agents.length > 0 && (
            <Card as="ul" className={classes.arrivals} aria-label={words.list}>
              {page.agents.map((agent) => (
                <Arrival key={agent.agent_id} agent={agent} />
              ))}
            </Card>
          )}
          {page.token.state in words.states && <Notice>{words.states[page.token.state]}</Notice>}
        </>
      )}
      {(!hasCommand || (page && page.token.state !== "valid")) && (
        <Button variant="default" onClick={onAgain} style={{ alignSelf: "start" }}>
          {words.makeAnother}
        </Button>
      )}
    </>
  );
}

function Progress({ token: { state, enrolled, max_agents, expires_us } }: { token: TokenRow }) {
  const all = max_agents ?? enrolled;
  const arrived = enrolled > 0 && words.arrived(enrolled, all);
  if (state !== "valid")
    return (
      <>
        {arrived} {state === "used" && all > 1 && words.allArrived}
      </>
    );
  return (
    <>
      <Loader size={14} aria-hidden="true" />
      <span>
        {arrived} {words.waiting(Math.max(all - enrolled, 1))}{" "}
        {expires_us !== null && (
          <span className={classes.dimmed}>
            {words.validUntil(formatTick(expires_us / 1e6, 60), minutesTo(expires_us))}
          </span>
        )}
      </span>
    </>
  );
}

function Arrival({ agent }: { agent: EnrolledAgent }) {
  return (
    <li className={classes.arrival}>
      <StateDot state={agent.state === "online" ? "online" : "offline"} />
      <Link to="/hosts/$id" params={{ id: agent.agent_id }} className={classes.host}>
        {agent.hostname}
      </Link>
      <span className={classes.dimmed}>{agent.platform}</span>
      <span className={classes.dimmed}>{agent.address}</span>
      <span className={classes.dimmed}>{agent.has_samples ? words.figures : words.noFigures}</span>
    </li>
  );
}

function minutesTo(us: number): number {
  return Math.floor((us / 1000 - Date.now()) / 60_000);
}
