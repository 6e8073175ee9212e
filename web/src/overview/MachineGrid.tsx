import { useElementSize } from "@mantine/hooks";
import { useMemo } from "react";
import type { FleetHost } from "../api/types";
import { StateDot } from "../app/StateDot";
import { formatAgo } from "../format/duration";
import { useRowsInSight } from "../tables/useRowsInSight";
import { text } from "../text";
import { MachineName } from "./columns";
import classes from "./machines.module.css";
import { type Metric, ReadingLine, readingText } from "./Reading";
import { toneOf } from "./tone";

const CARD_PX = 264;
const ROW_PX = 164;
const METRICS: readonly Metric[] = ["cpu", "memory", "disk", "network"];
const words = text.overview;

/** The machines as cards, as many beside each other as fit; only those in sight are in the document. */
export function MachineGrid({
  hosts,
  server_us,
}: {
  hosts: readonly FleetHost[];
  server_us: number;
}) {
  const { ref, width } = useElementSize();
  const columns = Math.max(1, Math.floor(width / CARD_PX));
  const rows = useMemo(() => inRows(hosts, columns), [hosts, columns]);
  const { bodyRef, virtualizer } = useRowsInSight({ rows, rowKey: keyOf, row_px: ROW_PX });
  return (
    <div ref={ref}>
      <div
        ref={bodyRef}
        className={classes.grid}
        role="list"
        aria-label={words.machines}
        style={{ height: virtualizer.getTotalSize() }}
      >
        {virtualizer.getVirtualItems().map(({ index, start }) => (
          <div
            key={index}
            className={classes.cards}
            role="presentation"
            style={{
              gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
              transform: `translateY(${start - virtualizer.options.scrollMargin}px)`,
            }}
          >
            {rows[index]?.map((host) => (
              <MachineCard key={host.agent_id} host={host} server_us={server_us} />
            ))}
          </div>
        ))}
      </div>
    </div>
  );
}

function MachineCard({ host, server_us }: { host: FleetHost; server_us: number }) {
  return (
    <article className={classes.card} role="listitem" data-state={host.state}>
      <div className={classes.cardHead}>
        <MachineName host={host} />
        {host.state === "online" ? (
          <StateDot state={host.state} />
        ) : (
          <span className={classes.uptime} data-state={host.state}>
            {words.seen(formatAgo(host.last_seen_us, server_us))}
          </span>
        )}
      </div>
      <dl className={classes.facts}>
        {METRICS.map((metric) => (
          <div key={metric}>
            <dt>{words.short[metric]}</dt>
            <dd data-tone={metric === "disk" ? toneOf(host.disk_percent) : undefined}>
              {readingText(host, metric)}
            </dd>
            <dd className={classes.cardLine}>
              <ReadingLine host={host} metric={metric} isFluid />
            </dd>
          </div>
        ))}
      </dl>
    </article>
  );
}

function inRows(hosts: readonly FleetHost[], columns: number): FleetHost[][] {
  return Array.from({ length: Math.ceil(hosts.length / columns) }, (_, row) =>
    hosts.slice(row * columns, (row + 1) * columns),
  );
}

function keyOf(row: readonly FleetHost[]): string {
  return row[0]?.agent_id ?? "";
}
