import { Link, useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import type { Fleet, Trend } from "../api/types";
import { formatByteRate } from "../format/bytes";
import { formatDuration } from "../format/duration";
import { formatPercent } from "../format/percent";
import { text } from "../text";
import { Bars } from "./Bars";
import type { Metric } from "./Reading";
import { readingOf, SHARES, type Share, type Spread, spreadOf } from "./spread";
import { TrendLine } from "./TrendLine";
import classes from "./tiles.module.css";

const words = text.overview;
const tiles = words.tiles;

/** The whole fleet: what it does now and did for half an hour, how its machines lie, and the worst of them. */
export function Tiles({ fleet }: { fleet: Fleet }) {
  const { hosts, trend } = fleet;
  const spreads = useMemo(
    () => ({
      cpu: spreadOf(hosts, readingOf.cpu),
      memory: spreadOf(hosts, readingOf.memory),
      disk: spreadOf(hosts, readingOf.disk),
      network: spreadOf(hosts, readingOf.network),
    }),
    [hosts],
  );
  return (
    <section className={classes.tiles} aria-label={tiles.label}>
      {SHARES.map((metric) => (
        <Tile key={metric} metric={metric} spread={spreads[metric]}>
          {(spread) => <ShareCharts metric={metric} spread={spread} trend={trend} />}
        </Tile>
      ))}
      <Tile metric="network" spread={spreads.network}>
        {(spread) => (
          <TrendLine
            values={trend.network}
            label={tiles.sum(formatByteRate(spread.total), spanOf(trend))}
            caption={tiles.before(spanOf(trend))}
          />
        )}
      </Tile>
    </section>
  );
}

interface TileProps {
  metric: Metric;
  spread: Spread | null;
  children: (spread: Spread) => React.ReactNode;
}

function Tile({ metric, spread, children }: TileProps) {
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
        aria-label={tiles.sort(words.columns[metric])}
        onClick={order}
      >
        {words.columns[metric]}
      </button>
      {spread ? (
        <>
          <Link
            to="/hosts/$id"
            params={{ id: spread.worst.agent_id }}
            className={classes.worst}
            title={tiles.highest(format(spread.highest), spread.worst.hostname)}
          >
            {tiles.highest(format(spread.highest), spread.worst.hostname)}
          </Link>
          <span className={classes.value}>
            {format(isShare ? spread.mean : spread.total)}
            <span className={classes.what}>{isShare ? tiles.mean : tiles.total}</span>
          </span>
          <div className={classes.charts}>{children(spread)}</div>
        </>
      ) : (
        <span className={classes.worst}>{tiles.none}</span>
      )}
    </div>
  );
}

interface ShareChartsProps {
  metric: Share;
  spread: Spread;
  trend: Trend;
}

function ShareCharts({ metric, spread, trend }: ShareChartsProps) {
  const band = trend[metric];
  return (
    <>
      <TrendLine
        values={band.mean}
        band={band}
        top={100}
        label={tiles.trend(words.columns[metric], formatPercent(spread.mean), spanOf(trend))}
        caption={tiles.before(spanOf(trend))}
      />
      <Bars metric={metric} spread={spread} />
    </>
  );
}

function spanOf({ network, step_s }: Trend): string {
  return formatDuration((network.length + 1) * step_s);
}
