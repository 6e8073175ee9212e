import { Tooltip } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { CSSProperties } from "react";
import type { Mark } from "../../api/types";
import { useNaming } from "../../fleet/changes/naming";
import { formatMoment } from "../../format/time";
import { text } from "../../text";
import { clampWindow, type TimeWindow } from "../range";
import { markLink } from "./links";
import { MarkIcon } from "./MarkIcon";
import { type Cluster, markToken, windowAround } from "./placing";
import classes from "./timeline.module.css";
import { markDetail, markLine, markTitle } from "./words";

const words = text.host.timeline;
const EVENTS = { hover: true, focus: true, touch: true };
const LISTED = 8;

interface ClusterButtonProps {
  cluster: Cluster;
  agent_id: string;
  onZoom: (window: TimeWindow) => void;
}

/** One mark, or several that are close together: says what it was, and leads to it. */
export function ClusterButton({ cluster, agent_id, onZoom }: ClusterButtonProps) {
  const { marks, left_px, width_px } = cluster;
  const [first] = marks;
  const isAlone = marks.length === 1;
  const style = {
    left: left_px,
    "--mark-color": `var(${markToken(marks.at(-1) ?? first)})`,
    "--mark-width": `${width_px}px`,
  } as CSSProperties;
  const inside = (
    <>
      {width_px > 0 && <span className={classes.span} />}
      <span className={classes.mark}>
        <MarkIcon kind={first.kind} />
        {!isAlone && <span className={classes.count}>{marks.length}</span>}
      </span>
    </>
  );
  return (
    <Tooltip
      label={isAlone ? <MarkCard mark={first} /> : <ClusterCard marks={marks} />}
      events={EVENTS}
      multiline
      maw={340}
      openDelay={80}
    >
      {isAlone ? (
        <Link
          {...markLink(first, agent_id)}
          className={classes.place}
          style={style}
          aria-label={markLine(first)}
          data-testid={`mark-${first.kind}`}
        >
          {inside}
        </Link>
      ) : (
        <button
          type="button"
          className={classes.place}
          style={style}
          aria-label={`${words.together(marks.length)}: ${marks.map(markTitle).join(", ")}`}
          data-testid="mark-cluster"
          onClick={() => onZoom(clampWindow(windowAround(marks)))}
        >
          {inside}
        </button>
      )}
    </Tooltip>
  );
}

function MarkCard({ mark }: { mark: Mark }) {
  const named = useNaming();
  const detail = markDetail(mark);
  return (
    <div className={classes.card}>
      <strong>{named(markTitle(mark))}</strong>
      {detail && <span>{detail}</span>}
      <span className={classes.faint}>
        {formatMoment(mark.ts_us)}
        {mark.by && ` · ${words.by(named(mark.by))}`}
      </span>
      <span className={classes.faint}>{words.go[mark.kind]}</span>
    </div>
  );
}

function ClusterCard({ marks }: { marks: readonly Mark[] }) {
  const named = useNaming();
  return (
    <div className={classes.card}>
      <strong>{words.together(marks.length)}</strong>
      {marks.slice(0, LISTED).map((mark, index) => (
        <span key={index}>
          {formatMoment(mark.ts_us)} · {named(markTitle(mark))}
        </span>
      ))}
      {marks.length > LISTED && <span>{words.andMore(marks.length - LISTED)}</span>}
      <span className={classes.faint}>{words.zoomIn}</span>
    </div>
  );
}
