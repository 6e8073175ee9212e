import { Link } from "@tanstack/react-router";
import type { FleetHost } from "../api/types";
import { StateDot } from "../app/StateDot";
import { Meter } from "../charts/Meter";
import { Sparkline } from "../charts/Sparkline";
import { formatByteRate } from "../format/bytes";
import { formatAgo, formatDuration } from "../format/duration";
import { formatPercent } from "../format/percent";
import classes from "./fleet.module.css";

interface FleetRowProps {
  host: FleetHost;
  server_us: number;
  index: number;
  top: number;
}

/** One machine as a row of the table; the link of its name covers the whole row. */
export function FleetRow({ host, server_us, index, top }: FleetRowProps) {
  return (
    // biome-ignore-start lint/a11y/useFocusableInteractive: the row holds a link
    <div
      className={`${classes.row} ${classes.host}`}
      role="row"
      aria-rowindex={index + 2}
      style={{ transform: `translateY(${top}px)` }}
    >
      <div role="cell" className={classes.machine}>
        <Link to="/hosts/$id" params={{ id: host.agent_id }} className={classes.name}>
          {host.hostname}
        </Link>
        <span className={classes.platform}>{host.platform}</span>
      </div>
      <div role="cell">
        <StateDot state={host.state} />
      </div>
      <div role="cell" className={classes.reading}>
        <span className={classes.number}>{formatPercent(host.cpu_percent)}</span>
        <Sparkline values={host.sparklines.cpu} top={100} />
      </div>
      <div role="cell" className={classes.reading}>
        <span className={classes.number}>{formatPercent(host.memory_percent)}</span>
        <Sparkline values={host.sparklines.memory} top={100} />
      </div>
      <div role="cell" className={classes.reading}>
        <span className={classes.number}>{formatPercent(host.disk_percent)}</span>
        <Meter percent={host.disk_percent} label="Fullest disk" />
      </div>
      <div role="cell" className={classes.reading}>
        <span className={classes.wideNumber}>{formatByteRate(host.network_bytes_per_s)}</span>
        <Sparkline values={host.sparklines.network} />
      </div>
      <div role="cell" className={classes.uptime}>
        {host.state === "online" ? (
          formatDuration(host.uptime_s)
        ) : (
          <span className={classes.seen}>seen {formatAgo(host.last_seen_us, server_us)}</span>
        )}
      </div>
    </div>
    // biome-ignore-end lint/a11y/useFocusableInteractive: the row holds a link
  );
}
