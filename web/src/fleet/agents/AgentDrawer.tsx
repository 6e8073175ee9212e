import { Anchor, Button, Drawer } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { QueryNotice } from "../../app/QueryNotice";
import { sessionQuery } from "../../session/queries";
import { text } from "../../text";
import { useAskChange } from "../change/ChangesProvider";
import { runnersQuery } from "../reading";
import { RunnerStateText } from "../runners/RunnerState";
import type { AgentLine } from "../types";
import { CommandList } from "./CommandList";
import { letInAgent, shutOutAgent } from "./changes";
import classes from "./drawer.module.css";
import { LedgerTable } from "./LedgerTable";

const words = text.fleet.agents.detail;

/** One agent close up: whether all that it read is stored, what it runs, what was asked of it. */
export function AgentDrawer({
  agent,
  onClose,
}: {
  agent: AgentLine | undefined;
  onClose: () => void;
}) {
  return (
    <Drawer
      opened={agent !== undefined}
      onClose={onClose}
      position="right"
      size="xl"
      title={<strong>{agent?.hostname}</strong>}
      closeButtonProps={{ "aria-label": text.fleet.common.close }}
    >
      {agent && <AgentDetail agent={agent} />}
    </Drawer>
  );
}

function AgentDetail({ agent }: { agent: AgentLine }) {
  const facts: [string, string][] = [
    [words.version, agent.version],
    [words.address, agent.address],
    [words.platform, agent.platform],
    [words.enrolled, agent.id],
  ];
  return (
    <>
      <Anchor component={Link} to="/hosts/$id" params={{ id: agent.id } as never} size="sm">
        {words.host}
      </Anchor>
      <dl className={classes.facts}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <Admission agent={agent} />
      <h2 className={classes.title}>{words.ledger}</h2>
      <LedgerTable agent_id={agent.id} />
      <h2 className={classes.title}>{words.runners}</h2>
      <AgentRunners agent_id={agent.id} />
      <h2 className={classes.title}>{words.commands}</h2>
      <CommandList agent_id={agent.id} />
    </>
  );
}

/** Whether the agent's credential counts, for those who may change that. */
function Admission({ agent }: { agent: AgentLine }) {
  const ask = useAskChange();
  const isAdmin = useQuery(sessionQuery).data?.is_admin === true;
  const isOut = agent.state === "shut out";
  return (
    <>
      {isOut && <p className={classes.quiet}>{words.isShutOut}</p>}
      {isAdmin && (
        <Button
          className={classes.admission}
          size="compact-sm"
          variant="default"
          color={isOut ? undefined : "red"}
          onClick={() => ask(isOut ? letInAgent(agent) : shutOutAgent(agent))}
        >
          {isOut ? words.letIn : words.shutOut}
        </Button>
      )}
    </>
  );
}

function AgentRunners({ agent_id }: { agent_id: string }) {
  const query = useQuery(runnersQuery);
  const runners = query.data?.runners.filter((runner) => runner.agent_id === agent_id) ?? [];
  if (query.data && runners.length === 0) return <p className={classes.quiet}>{words.noRunners}</p>;
  return (
    <>
      <QueryNotice query={query} height={60} />
      <ul className={classes.list}>
        {runners.map((runner) => (
          <li key={runner.name}>
            {runner.is_built_in ? (
              <span title={text.fleet.runners.builtInWhat}>
                {runner.name} <span className={classes.quiet}>{text.fleet.runners.builtIn}</span>
              </span>
            ) : (
              <Link
                to="/fleet/configs/$name"
                params={{ name: runner.name }}
                className={classes.link}
              >
                {runner.name}
              </Link>
            )}
            <RunnerStateText runner={runner} />
          </li>
        ))}
      </ul>
    </>
  );
}
