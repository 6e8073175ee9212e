import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { PageHead } from "../../app/PageHead";
import { QueryNotice } from "../../app/QueryNotice";
import { formatMoment } from "../../format/time";
import { sessionQuery } from "../../session/queries";
import { type Column, DataTable } from "../../tables/DataTable";
import { text } from "../../text";
import { letInAgent } from "../agents/changes";
import { useAskChange } from "../change/ChangesProvider";
import { Empty } from "../list/Empty";
import { shutOutQuery } from "../reading";
import type { ShutOutAgent } from "../types";
import classes from "./shutOut.module.css";

const words = text.fleet.shutOut;

/** Agents whose credential does not count, deleted ones too, and the way to let each in again. */
export function ShutOutPage() {
  const query = useQuery(shutOutQuery);
  const isAdmin = useQuery(sessionQuery).data?.is_admin === true;
  const ask = useAskChange();
  return (
    <>
      <PageHead title={words.title} />
      <p className={classes.what}>{words.what}</p>
      <QueryNotice query={query} height={160} />
      {query.data?.length === 0 && <Empty title={words.empty} next={words.emptyNext} />}
      {query.data && query.data.length > 0 && (
        <div className={classes.card}>
          <DataTable
            hasCards
            label={words.title}
            columns={columns(isAdmin, (agent) => ask(letInAgent(agent)))}
            rows={query.data}
            rowKey={({ agent_id }) => agent_id}
            emptyText={words.empty}
          />
        </div>
      )}
    </>
  );
}

function columns(
  isAdmin: boolean,
  onLetIn: (agent: { id: string; hostname: string }) => void,
): Column<ShutOutAgent>[] {
  return [
    {
      title: words.columns.agent,
      cell: ({ hostname, agent_id, is_deleted }) => (
        <span className={classes.name}>
          {hostname || agent_id}
          {is_deleted && <span className={classes.quiet}> {words.deleted}</span>}
        </span>
      ),
    },
    { title: words.columns.since, cell: ({ since_us }) => formatMoment(since_us) },
    { title: words.columns.seen, cell: ({ last_seen_us }) => formatMoment(last_seen_us) },
    { title: words.columns.address, cell: ({ address }) => address },
    { title: words.columns.token, cell: ({ token }) => token },
    {
      title: text.settings.columns.actions,
      isNumber: true,
      cell: ({ agent_id, hostname }) =>
        isAdmin && (
          <Button
            size="compact-xs"
            variant="default"
            aria-label={text.fleet.agents.changes.letIn(hostname || agent_id)}
            onClick={() => onLetIn({ id: agent_id, hostname })}
          >
            {text.fleet.agents.detail.letIn}
          </Button>
        ),
    },
  ];
}
