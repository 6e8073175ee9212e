import { Link } from "@tanstack/react-router";
import type { FleetHost } from "../api/types";
import { StateDot } from "../app/StateDot";
import { formatAgo, formatDuration } from "../format/duration";
import type { Column } from "../tables/column";
import { text } from "../text";
import classes from "./machines.module.css";
import type { SortKey } from "./order";
import { type Metric, Reading } from "./Reading";

const words = text.overview;

/** What the table of machines shows of each; `server_us` is now. */
export function machineColumns(server_us: number): Column<FleetHost, SortKey>[] {
  return [
    {
      key: "name",
      title: words.columns.name,
      track: "minmax(10rem, 2fr)",
      isSortable: true,
      cell: (host) => <MachineName host={host} />,
    },
    {
      key: "state",
      title: words.columns.state,
      track: "5.4rem",
      isSortable: true,
      cell: ({ state }) => <StateDot state={state} />,
    },
    reading("cpu"),
    reading("memory"),
    reading("disk"),
    { ...reading("network"), track: "minmax(11.6rem, 1.2fr)", from_px: 1060 },
    {
      key: "uptime",
      title: words.columns.uptime,
      track: "7.6rem",
      isSortable: true,
      from_px: 1320,
      cell: (host) => (
        <span className={classes.uptime} data-state={host.state}>
          {host.state === "online"
            ? formatDuration(host.uptime_s)
            : words.seen(formatAgo(host.last_seen_us, server_us))}
        </span>
      ),
    },
  ];
}

/** A machine's name as the way to it, and what it runs on. */
export function MachineName({ host }: { host: FleetHost }) {
  return (
    <span className={classes.machine}>
      <Link to="/hosts/$id" params={{ id: host.agent_id }} className={classes.name}>
        {host.hostname}
      </Link>
      <span className={classes.platform}>{host.platform}</span>
    </span>
  );
}

function reading(metric: Metric): Column<FleetHost, SortKey> {
  return {
    key: metric,
    title: words.columns[metric],
    track: "minmax(9.6rem, 1fr)",
    isSortable: true,
    cell: (host) => <Reading host={host} metric={metric} />,
  };
}
