import { Button, Switch } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import type { EventType } from "../api/types";
import { QueryNotice } from "../app/QueryNotice";
import { saveAs } from "../app/saveAs";
import { DownloadIcon } from "../icons/icons";
import { text } from "../text";
import type { Asked } from "./asked";
import { toCsv } from "./csv";
import { EventCard } from "./EventCard";
import { EventRangeBar } from "./EventRangeBar";
import classes from "./events.module.css";
import { seriesQuery } from "./queries";
import { zoomed } from "./range";
import type { EventsState } from "./useEventsState";

const { events } = text;

interface EventChartsProps {
  types: readonly EventType[];
  names: readonly string[];
  /** The names were chosen; else they are what is shown unasked. */
  isAsked: boolean;
  state: EventsState;
  asked: Asked;
}

/** A histogram of each event, one below the other, with one time range and one cursor. */
export function EventCharts({ types, names, isAsked, state, asked }: EventChartsProps) {
  const byName = useMemo(() => new Map(types.map((type) => [type.name, type])), [types]);
  const shown = useMemo(() => names.flatMap((name) => byName.get(name) ?? []), [names, byName]);
  const ids = shown.map(({ id }) => id);
  const query = useQuery(seriesQuery(ids, asked));
  const [cursor, setCursor] = useState<number | null>(null);
  const answer = query.data;
  const nameOf = new Map(shown.map(({ id, name }) => [id, name]));
  const isSame = state.search.same === true && shown.length > 1;
  const top = isSame && answer ? Math.max(1, ...answer.series.flatMap(({ counts }) => counts)) : 0;
  return (
    <section className={classes.charts} aria-busy={query.isFetching}>
      <EventRangeBar state={state} asked={asked} zone={answer?.zone} />
      <div className={classes.choice}>
        <span>{isAsked ? events.chosen(String(shown.length)) : events.most}</span>
        {shown.length > 1 && (
          <Switch
            size="xs"
            label={events.sameScale}
            checked={isSame}
            onChange={(event) => state.setSame(event.currentTarget.checked)}
          />
        )}
        {isAsked && (
          <Button size="compact-xs" variant="subtle" onClick={state.clear}>
            {events.clear}
          </Button>
        )}
        {answer && shown.length > 0 && (
          <Button
            size="compact-xs"
            variant="subtle"
            leftSection={<DownloadIcon size={13} />}
            onClick={() => saveAs(new Blob([toCsv(answer, nameOf)]), "events.csv")}
          >
            {events.csv}
          </Button>
        )}
      </div>
      {isAsked &&
        names
          .filter((name) => !byName.has(name))
          .map((name) => (
            <p key={name} className={classes.gone}>
              {events.gone(name)}
            </p>
          ))}
      {ids.length > 0 && <QueryNotice query={query} height={180} />}
      {answer &&
        shown.map((type) => (
          <EventCard
            key={type.id}
            type={type}
            answer={answer}
            cursor={cursor}
            top={top}
            isOld={query.isPlaceholderData}
            onCursor={setCursor}
            onZoom={(from_s, to_s) => state.zoom(zoomed(from_s, to_s))}
            onReset={state.resetZoom}
            onRemove={isAsked ? () => state.toggle(type.name) : null}
          />
        ))}
    </section>
  );
}
