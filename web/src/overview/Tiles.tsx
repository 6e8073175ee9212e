import { useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import type { FleetHost } from "../api/types";
import { formatByteRate } from "../format/bytes";
import { formatPercent } from "../format/percent";
import { text } from "../text";
import { Bars } from "./Bars";
import type { Metric } from "./Reading";
import { busiestOf, type Spread, spreadOf } from "./spread";
import classes from "./tiles.module.css";

const words = text.overview;
const SHARES = ["cpu", "memory", "disk"] as const;

/** The whole fleet now: how its machines lie by each measure. A click orders them by it. */
export function Tiles({ hosts }: { hosts: readonly FleetHost[] }) {
  const spreads = useMemo(
    () => ({
      cpu: spreadOf(hosts, ({ cpu_percent }) => cpu_percent),
      memory: spreadOf(hosts, ({ memory_percent }) => memory_percent),
      disk: spreadOf(hosts, ({ disk_percent }) => disk_percent),
      network: busiestOf(hosts, ({ network_bytes_per_s }) => network_bytes_per_s),
    }),
    [hosts],
  );
  return (
    <section className={classes.tiles} aria-label={words.tiles.label}>
      {SHARES.map((metric) => (
        <Tile key={metric} metric={metric} spread={spreads[metric]} />
      ))}
      <Tile metric="network" spread={spreads.network} />
    </section>
  );
}

function Tile({ metric, spread }: { metric: Metric; spread: Spread | null }) {
  const navigate = useNavigate({ from: "/" });
  const isShare = metric !== "network";
  const format = isShare ? formatPercent : formatByteRate;
  const order = () =>
    void navigate({
      search: (old) => ({ ...old, sort: metric, order: "desc" as const }),
      replace: true,
      resetScroll: false,
    });
  return (
    <div className={classes.tile}>
      <button
        type="button"
        className={classes.label}
        aria-label={words.tiles.sort(words.columns[metric])}
        onClick={order}
      >
        {words.columns[metric]}
      </button>
      {spread ? (
        <>
          <span className={classes.value}>{format(isShare ? spread.mean : spread.total)}</span>
          <span className={classes.note}>
            {words.tiles.highest(format(spread.highest), spread.host)}
          </span>
          <Bars
            bars={spread.bars}
            isShare={isShare}
            label={
              isShare
                ? words.tiles.spread(
                    words.columns[metric],
                    format(spread.mean),
                    format(spread.highest),
                    spread.host,
                  )
                : words.tiles.traffic(format(spread.total), format(spread.highest), spread.host)
            }
          />
        </>
      ) : (
        <span className={classes.note}>{words.tiles.none}</span>
      )}
    </div>
  );
}
