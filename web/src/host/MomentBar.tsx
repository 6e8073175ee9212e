import { ActionIcon, Button, Tooltip } from "@mantine/core";
import type { ReactNode } from "react";
import type { HostMoment } from "../api/types";
import { formatDuration } from "../format/duration";
import { formatMoment } from "../format/time";
import { LeftIcon, RightIcon } from "../icons/icons";
import { text } from "../text";
import classes from "./host.module.css";

const words = text.host.moment;

interface MomentBarProps {
  at_us: number;
  moment: HostMoment | undefined;
  /** Chooses another moment; undefined is now. */
  onMoment: (at_us: number | undefined) => void;
}

/** Which report is shown below, how old it was at the chosen moment, and the way to its neighbours. */
export function MomentBar({ at_us, moment, onMoment }: MomentBarProps) {
  const { report_us = null, earlier_us = null, later_us = null } = moment ?? {};
  const old_s = report_us === null ? 0 : (at_us - report_us) / 1e6;
  return (
    <div className={classes.momentBar} role="toolbar" aria-label={words.label}>
      <Neighbour label={words.earlier} at_us={earlier_us} onMoment={onMoment}>
        <LeftIcon />
      </Neighbour>
      <Neighbour label={words.later} at_us={later_us} onMoment={onMoment}>
        <RightIcon />
      </Neighbour>
      <span aria-live="polite">
        {moment && report_us === null && words.none}
        {report_us !== null && (
          <>
            <strong>{words.reported(formatMoment(report_us))}</strong>{" "}
            <span className={classes.seen}>
              {old_s < 1 ? words.exact : words.old(formatDuration(old_s))}
            </span>
          </>
        )}
      </span>
      <Button size="compact-xs" variant="light" onClick={() => onMoment(undefined)}>
        {words.leave}
      </Button>
    </div>
  );
}

interface NeighbourProps {
  label: string;
  at_us: number | null;
  onMoment: (at_us: number) => void;
  children: ReactNode;
}

function Neighbour({ label, at_us, onMoment, children }: NeighbourProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="default"
        size={26}
        aria-label={label}
        disabled={at_us === null}
        onClick={() => at_us !== null && onMoment(at_us)}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  );
}
