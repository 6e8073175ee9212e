import { ActionIcon } from "@mantine/core";
import { memo, useRef } from "react";
import type { MetricAnswer } from "../api/types";
import type { ChartSpec } from "../charts/lines";
import { useInSight } from "../charts/useInSight";
import { EnlargeIcon } from "../icons/icons";
import { text } from "../text";
import { type ChartView, HostChart } from "./HostChart";
import classes from "./host.module.css";
import type { PastAnswer } from "./useSectionMetrics";

/** Charts are drawn while they are at most so far out of sight. */
const MARGIN = "1000px 0px";
const CARD_PX = 264;

interface ChartCardProps extends ChartView {
  spec: ChartSpec;
  answer: MetricAnswer;
  past?: PastAnswer;
  onEnlarge: (chart: string) => void;
}

/** One chart; out of sight it is an empty place of the same height. */
export const ChartCard = memo(function ChartCard({ onEnlarge, ...shown }: ChartCardProps) {
  const { id, title } = shown.spec;
  const ref = useRef<HTMLElement>(null);
  const height = useRef(CARD_PX);
  const isInSight = useInSight(ref, MARGIN, (height_px) => {
    height.current = height_px;
  });
  if (!isInSight) {
    return (
      <article ref={ref} className={classes.chart} style={{ minHeight: height.current }}>
        <h3 className={classes.quietTitle}>{title}</h3>
      </article>
    );
  }
  const enlarge = (
    <ActionIcon
      className={classes.enlarge}
      variant="subtle"
      color="gray"
      size="sm"
      aria-label={text.host.charts.enlarge(title)}
      onClick={() => onEnlarge(id)}
    >
      <EnlargeIcon size={13} />
    </ActionIcon>
  );
  return (
    <article ref={ref} className={classes.chart}>
      <HostChart {...shown} tools={enlarge} />
    </article>
  );
});
