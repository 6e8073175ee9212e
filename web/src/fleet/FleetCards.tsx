import { Link } from "@tanstack/react-router";
import type { FleetHost } from "../api/types";
import { StateDot } from "../app/StateDot";
import { Meter } from "../charts/Meter";
import { Sparkline } from "../charts/Sparkline";
import { formatByteRate } from "../format/bytes";
import { formatPercent } from "../format/percent";
import { useRowsInSight } from "./FleetTable";
import classes from "./fleet.module.css";

const CARD_PX = 150;

/** The machines as cards, for narrow screens; only those in sight are in the document. */
export function FleetCards({ hosts }: { hosts: readonly FleetHost[] }) {
  const { bodyRef, virtualizer } = useRowsInSight(hosts, CARD_PX);
  return (
    <div ref={bodyRef} className={classes.cards} style={{ height: virtualizer.getTotalSize() }}>
      {virtualizer.getVirtualItems().map(({ index, start }) => {
        const host = hosts[index];
        if (!host) return null;
        const top = start - virtualizer.options.scrollMargin;
        return (
          <article
            key={host.agent_id}
            className={classes.card}
            aria-label={host.hostname}
            style={{ transform: `translateY(${top}px)` }}
          >
            <CardContent host={host} />
          </article>
        );
      })}
    </div>
  );
}

function CardContent({ host }: { host: FleetHost }) {
  return (
    <>
      <div className={classes.cardHead}>
        <div className={classes.machine}>
          <Link to="/hosts/$id" params={{ id: host.agent_id }} className={classes.name}>
            {host.hostname}
          </Link>
          <span className={classes.platform}>{host.platform}</span>
        </div>
        <StateDot state={host.state} />
      </div>
      <dl className={classes.facts}>
        <div>
          <dt>CPU</dt>
          <dd>{formatPercent(host.cpu_percent)}</dd>
          <dd>
            <Sparkline values={host.sparklines.cpu} top={100} width={64} height={18} />
          </dd>
        </div>
        <div>
          <dt>Memory</dt>
          <dd>{formatPercent(host.memory_percent)}</dd>
          <dd>
            <Sparkline values={host.sparklines.memory} top={100} width={64} height={18} />
          </dd>
        </div>
        <div>
          <dt>Network</dt>
          <dd>{formatByteRate(host.network_bytes_per_s)}</dd>
          <dd>
            <Sparkline values={host.sparklines.network} width={64} height={18} />
          </dd>
        </div>
        <div>
          <dt>Disk</dt>
          <dd>{formatPercent(host.disk_percent)}</dd>
          <dd className={classes.cardMeter}>
            <Meter percent={host.disk_percent} label="Fullest disk" />
          </dd>
        </div>
      </dl>
    </>
  );
}
