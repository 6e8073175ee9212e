import { StateDot } from "../../app/StateDot";
import { formatAgo } from "../../format/duration";
import { formatCount } from "../../format/number";
import type { Column } from "../../tables/column";
import { text } from "../../text";
import classes from "../list/list.module.css";
import { selectColumn } from "../list/selectColumn";
import type { Selection } from "../list/selection";
import { TagList } from "../list/TagList";
import type { AgentLine } from "../types";

const words = text.fleet.agents;

/** What the list of agents shows of each. */
export function agentColumns(
  onOpen: (agent: AgentLine) => void,
  selection: Selection,
  server_us: number,
): Column<AgentLine>[] {
  return [
    selectColumn(
      selection,
      ({ id }) => id,
      ({ hostname }) => hostname,
    ),
    {
      key: "hostname",
      title: words.columns.hostname,
      isSortable: true,
      track: "minmax(8rem, 2fr)",
      cell: (agent) => (
        <span className={classes.stack}>
          <button type="button" className={classes.name} onClick={() => onOpen(agent)}>
            {agent.hostname || agent.id}
          </button>
          <span className={classes.quiet}>
            {[agent.address, agent.platform].filter(Boolean).join(" · ")}
          </span>
        </span>
      ),
    },
    {
      key: "state",
      title: words.columns.state,
      isSortable: true,
      track: "minmax(6.5rem, 0.8fr)",
      cell: (agent) => <AgentState agent={agent} server_us={server_us} />,
    },
    {
      key: "tags",
      title: words.columns.tags,
      isSortable: true,
      track: "minmax(7rem, 1.3fr)",
      from_px: 700,
      cell: ({ tags }) => <TagList tags={tags} />,
    },
    {
      key: "version",
      title: words.columns.version,
      isSortable: true,
      track: "minmax(7rem, 1fr)",
      from_px: 1000,
      cell: (agent) => <Version agent={agent} />,
    },
    {
      key: "runners",
      title: words.columns.runners,
      isSortable: true,
      track: "minmax(7rem, 1fr)",
      from_px: 520,
      cell: (agent) => <Runners agent={agent} />,
    },
    {
      key: "rows",
      title: words.columns.rows,
      isSortable: true,
      track: "minmax(9rem, 1fr)",
      from_px: 850,
      cell: (agent) => <Rows agent={agent} />,
    },
  ];
}

function AgentState({ agent, server_us }: { agent: AgentLine; server_us: number }) {
  if (agent.state === "online") return <StateDot state="online" />;
  return (
    <span className={classes.stack}>
      <span>
        {agent.state === "offline" ? (
          <StateDot state="offline" />
        ) : (
          text.fleet.common.state[agent.state]
        )}
      </span>
      <span className={classes.quiet}>
        {text.fleet.common.seen(formatAgo(agent.last_seen_us, server_us))}
      </span>
    </span>
  );
}

function Version({ agent }: { agent: AgentLine }) {
  const { upgrade, upgrade_to } = agent;
  return (
    <span className={classes.stack}>
      <span>{agent.version}</span>
      {upgrade === "available" && (
        <span className={classes.quiet}>{words.upgradeTo(upgrade_to)}</span>
      )}
      {(upgrade === "waiting" || upgrade === "installing") && (
        <span className={classes.warn}>{words.upgrading(upgrade_to)}</span>
      )}
      {upgrade === "failed" && (
        <span className={classes.bad} title={agent.upgrade_reason}>
          {words.upgradeFailed(upgrade_to)}
        </span>
      )}
    </span>
  );
}

function Runners({ agent: { runners, is_applied } }: { agent: AgentLine }) {
  const bad = runners.failed + runners.unknown;
  if (runners.wanted === 0) return <span className={classes.quiet}>{words.noRunners}</span>;
  return (
    <span className={classes.stack}>
      <span>
        {runners.running === runners.wanted
          ? words.runnersOk(runners.running)
          : words.runnersOf(runners.running, runners.wanted)}
      </span>
      {bad > 0 && <span className={classes.bad}>{words.runnersFailed(bad)}</span>}
      {bad === 0 && !is_applied && <span className={classes.warn}>{words.notApplied}</span>}
    </span>
  );
}

function Rows({ agent: { rows } }: { agent: AgentLine }) {
  return (
    <span className={classes.stack}>
      <span>{words.rowsStored(formatCount(rows.acknowledged))}</span>
      {rows.lost > 0 ? (
        <span className={classes.bad}>{words.rowsLost(formatCount(rows.lost))}</span>
      ) : (
        rows.waiting > 0 && (
          <span className={classes.quiet}>{words.rowsWaiting(formatCount(rows.waiting))}</span>
        )
      )}
    </span>
  );
}
