import { Button } from "@mantine/core";
import { Choices } from "../app/Choices";
import { formatMoment } from "../format/time";
import { text } from "../text";
import type { Asked } from "./asked";
import classes from "./events.module.css";
import { isDrawable, PRESET_NAMES, STEPS } from "./range";
import { toRange } from "./search";
import type { EventsState } from "./useEventsState";

const { range: words, step: stepWords } = text.events;

interface EventRangeBarProps {
  state: EventsState;
  asked: Asked;
  zone: string | undefined;
}

/** Chooses the time range, and what a bar stands for. */
export function EventRangeBar({ state, asked, zone }: EventRangeBarProps) {
  const range = toRange(state.search);
  const live = "live" in range ? range.live : null;
  return (
    <div className={classes.rangeBar}>
      <Choices
        label={words.label}
        values={PRESET_NAMES}
        names={words.names}
        chosen={live}
        onChoose={state.setPreset}
      />
      <Choices
        label={stepWords.label}
        values={STEPS}
        names={stepWords.names}
        chosen={asked.step}
        isDisabled={(step) => !isDrawable(step, asked)}
        onChoose={state.setStep}
      />
      {live === null ? (
        <span className={classes.window}>
          {words.of(formatMoment(asked.from_us), formatMoment(asked.to_us))}
          <Button size="compact-xs" variant="light" onClick={state.resetZoom}>
            {words.reset}
          </Button>
        </span>
      ) : (
        <span className={classes.hint}>
          {words.hint} {zone && asked.step !== "hour" && `${stepWords.zone(zone)}.`}
        </span>
      )}
    </div>
  );
}
