import { useQuery } from "@tanstack/react-query";
import { QueryNotice } from "../../app/QueryNotice";
import { formatMoment } from "../../format/time";
import { text } from "../../text";
import { commandsQuery } from "../reading";
import classes from "./drawer.module.css";

const words = text.fleet.agents.detail;

/** What an agent was asked to do, and what became of it. */
export function CommandList({ agent_id }: { agent_id: string }) {
  const query = useQuery(commandsQuery(agent_id));
  if (query.data?.length === 0) return <p className={classes.quiet}>{words.noCommands}</p>;
  return (
    <>
      <QueryNotice query={query} height={60} />
      <ul className={classes.list}>
        {query.data?.slice(0, 20).map((command) => (
          <li key={command.id}>
            <span>
              {command.kind} · {command.state}
            </span>
            <span className={classes.quiet}>
              {formatMoment(command.create_time * 1e6)}
              {command.message && ` · ${command.message}`}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
