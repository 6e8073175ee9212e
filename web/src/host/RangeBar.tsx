import { ActionIcon, Button, NativeSelect, Tooltip } from "@mantine/core";
import type { ReactNode } from "react";
import { formatMoment } from "../format/time";
import { LeftIcon, RightIcon, WidenIcon } from "../icons/icons";
import { text } from "../text";
import classes from "./host.module.css";
import { LiveButton } from "./LiveButton";
import { DEFAULT_PRESET, PRESET_NAMES, type Range, shift, type TimeWindow, widen } from "./range";

const words = text.host.range;

interface RangeBarProps {
  range: Range;
  window: TimeWindow;
  now_us: number;
  /** What a live range says of itself. */
  hint?: string;
  /** Back to the span that moves on; with it the range can stand still, too. */
  onLive?: () => void;
  onChange: (range: Range) => void;
  /** More to choose, at the end of the bar. */
  children?: ReactNode;
}

/** Chooses the time range: a preset that ends now, or one moved and widened step by step. */
export function RangeBar({
  range,
  window,
  now_us,
  hint = words.live,
  onLive,
  onChange,
  children,
}: RangeBarProps) {
  const live = "live" in range ? range.live : null;
  return (
    <div className={classes.rangeBar} role="toolbar" aria-label={words.label}>
      <div className={classes.presets}>
        {PRESET_NAMES.map((name) => (
          <button
            key={name}
            type="button"
            className={classes.preset}
            aria-pressed={name === live}
            onClick={() => onChange({ live: name })}
          >
            {words.names[name]}
          </button>
        ))}
      </div>
      <NativeSelect
        className={classes.presetSelect}
        size="xs"
        aria-label={words.label}
        value={live ?? ""}
        data={[
          ...(live === null ? [{ value: "", label: words.other }] : []),
          ...PRESET_NAMES.map((name) => ({ value: name, label: words.names[name] })),
        ]}
        onChange={({ currentTarget }) => {
          const chosen = PRESET_NAMES.find((name) => name === currentTarget.value);
          if (chosen) onChange({ live: chosen });
        }}
      />
      <div className={classes.steps}>
        <Step label={words.earlier} onClick={() => onChange(shift(window, -0.5, now_us))}>
          <LeftIcon />
        </Step>
        <Step label={words.wider} onClick={() => onChange(widen(window, now_us))}>
          <WidenIcon />
        </Step>
        <Step
          label={words.later}
          isDisabled={live !== null}
          onClick={() => onChange(shift(window, 0.5, now_us))}
        >
          <RightIcon />
        </Step>
      </div>
      {onLive && (
        <LiveButton isLive={live !== null} onPause={() => onChange(window)} onLive={onLive} />
      )}
      {live === null ? (
        <div className={classes.custom}>
          <span>{words.of(formatMoment(window.from_us), formatMoment(window.to_us))}</span>
          {!onLive && (
            <Button
              size="compact-sm"
              variant="light"
              onClick={() => onChange({ live: DEFAULT_PRESET })}
            >
              {words.reset}
            </Button>
          )}
        </div>
      ) : (
        <span className={classes.hint}>{hint}</span>
      )}
      {children}
    </div>
  );
}

interface StepProps {
  label: string;
  isDisabled?: boolean;
  onClick: () => void;
  children: ReactNode;
}

function Step({ label, isDisabled = false, onClick, children }: StepProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size={30}
        aria-label={label}
        disabled={isDisabled}
        onClick={onClick}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  );
}
