import type { FleetHost, Values } from "../api/types";
import { Sparkline } from "../charts/Sparkline";
import { formatByteRate } from "../format/bytes";
import { formatPercent } from "../format/percent";
import { useLines } from "./LinesProvider";
import classes from "./machines.module.css";
import { toneOf } from "./tone";

export type Metric = "cpu" | "memory" | "disk" | "network";

const NOTHING: Values = [];
const PERCENT = {
  cpu: ({ cpu_percent }: FleetHost) => cpu_percent,
  memory: ({ memory_percent }: FleetHost) => memory_percent,
  disk: ({ disk_percent }: FleetHost) => disk_percent,
};

/** What a machine does now by one measure: the number, and its last half hour as a line. */
export function Reading({ host, metric }: { host: FleetHost; metric: Metric }) {
  const tone = metric === "network" ? "plain" : toneOf(PERCENT[metric](host));
  return (
    <span className={classes.reading} data-metric={metric}>
      <span className={classes.number} data-tone={tone}>
        {readingText(host, metric)}
      </span>
      <ReadingLine host={host} metric={metric} />
    </span>
  );
}

/** The last half hour of a machine by one measure; shares of a whole are drawn as such. */
export function ReadingLine(props: { host: FleetHost; metric: Metric; isFluid?: boolean }) {
  const { host, metric, isFluid } = props;
  const values = useLines(host.agent_id)?.[metric] ?? NOTHING;
  const isShare = metric !== "network";
  return (
    <Sparkline
      values={values}
      top={isShare ? 100 : undefined}
      tone={isShare ? toneOf(PERCENT[metric](host)) : "plain"}
      isFluid={isFluid}
    />
  );
}

export function readingText(host: FleetHost, metric: Metric): string {
  if (metric === "network") return formatByteRate(host.network_bytes_per_s);
  return formatPercent(PERCENT[metric](host));
}
