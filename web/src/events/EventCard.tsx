import { CloseButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { EventSeries, EventType } from "../api/types";
import { Card } from "../app/Card";
import { BarChart } from "../charts/BarChart";
import { formatCount } from "../format/number";
import { formatMoment } from "../format/time";
import { sessionQuery } from "../session/queries";
import { text } from "../text";
import { ActiveSwitch } from "./ActiveSwitch";
import { Description } from "./Description";
import classes from "./events.module.css";
import { bucketLabel } from "./labels";
import { PictureMenu } from "./PictureMenu";

const { events } = text;

interface EventCardProps {
  type: EventType;
  answer: EventSeries;
  cursor: number | null;
  top: number;
  isOld: boolean;
  onCursor: (index: number | null) => void;
  onZoom: (from_s: number, to_s: number) => void;
  onReset: () => void;
  onRemove: (() => void) | null;
}

/** One event over time, and what can be done with it. */
export function EventCard({ type, answer, cursor, isOld, onRemove, ...chart }: EventCardProps) {
  const { data: session } = useQuery(sessionQuery);
  const isAdmin = session?.is_admin === true;
  const { dates, starts_us, end_us, step } = answer;
  const counts = useMemo(
    () => answer.series.find(({ id }) => id === type.id)?.counts ?? [],
    [answer, type.id],
  );
  const times_s = useMemo(() => starts_us.map((start_us) => start_us / 1e6), [starts_us]);
  const parts = useMemo(
    () => [{ label: type.name, token: "--accent", counts }],
    [type.name, counts],
  );
  const sum = counts.reduce((all, each) => all + each, 0);
  const from_us = starts_us[0] ?? end_us;
  const date = cursor === null ? undefined : dates[cursor];
  return (
    <Card
      as="article"
      className={classes.card}
      data-old={isOld || undefined}
      aria-label={type.name}
    >
      <div className={classes.cardHead}>
        <h2 title={type.name}>{type.name}</h2>
        <div className={classes.tools}>
          <PictureMenu name={type.name} lastDay={dates.at(-1) ?? ""} />
          {isAdmin && <ActiveSwitch type={type} />}
          {onRemove && (
            <CloseButton size="sm" aria-label={events.remove(type.name)} onClick={onRemove} />
          )}
        </div>
      </div>
      <Description type={type} isAdmin={isAdmin} />
      {!type.is_active && <p className={classes.isOff}>{events.active.isOff}</p>}
      <p className={classes.numbers}>
        <strong>{events.chart.sum(formatCount(sum))}</strong>
        <span>{events.chart.total(formatCount(type.total))}</span>
        <span className={classes.cursor}>
          {cursor !== null &&
            date !== undefined &&
            events.chart.at(
              formatCount(counts[cursor] ?? 0),
              bucketLabel(starts_us[cursor] ?? 0, date, step),
            )}
        </span>
      </p>
      <BarChart
        label={events.chart.summary(
          type.name,
          formatCount(sum),
          formatMoment(from_us),
          formatMoment(end_us),
          formatCount(Math.max(0, ...counts)),
        )}
        times_s={times_s}
        parts={parts}
        from_s={from_us / 1e6}
        to_s={end_us / 1e6}
        height_px={150}
        {...chart}
      />
    </Card>
  );
}
