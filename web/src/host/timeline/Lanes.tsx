import { useElementSize } from "@mantine/hooks";
import type { MouseEvent, RefObject } from "react";
import type { Mark } from "../../api/types";
import { text } from "../../text";
import type { TimeWindow } from "../range";
import { ClusterButton } from "./ClusterButton";
import { clustersOf, lanesWith } from "./placing";
import classes from "./timeline.module.css";

const words = text.host.timeline;

interface LanesProps {
  marks: readonly Mark[];
  window: TimeWindow;
  agent_id: string;
  /** The line that stands where the cursor of the charts is. */
  cursorRef: RefObject<HTMLDivElement | null>;
  onMove: (left_px: number | null) => void;
  onZoom: (window: TimeWindow) => void;
}

/** What happened, a row for each kind of thing, on the axis of the bars below. */
export function Lanes({ marks, window, agent_id, cursorRef, onMove, onZoom }: LanesProps) {
  const { ref, width } = useElementSize();
  const lanes = lanesWith(marks);
  const move = (event: MouseEvent<HTMLDivElement>) => {
    const { left } = event.currentTarget.getBoundingClientRect();
    onMove(event.clientX - left);
  };
  if (lanes.length === 0) return <p className={classes.quiet}>{words.noMarks}</p>;
  return (
    <div className={classes.lanes} data-testid="lanes">
      <ul className={classes.names} aria-hidden="true">
        {lanes.map((lane) => (
          <li key={lane}>{words.lanes[lane]}</li>
        ))}
      </ul>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: moves the cursor of the charts, no more */}
      <div ref={ref} className={classes.rows} onMouseMove={move} onMouseLeave={() => onMove(null)}>
        <div ref={cursorRef} className={classes.cursor} hidden />
        {lanes.map((lane) => (
          <div key={lane} className={classes.lane} role="group" aria-label={words.lanes[lane]}>
            {clustersOf(marks, lane, window, width).map((cluster) => (
              <ClusterButton
                key={`${cluster.marks[0].kind} ${cluster.marks[0].ts_us} ${cluster.marks.length}`}
                cluster={cluster}
                agent_id={agent_id}
                onZoom={onZoom}
              />
            ))}
          </div>
        ))}
      </div>
    </div>
  );
}
