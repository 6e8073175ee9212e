import { Modal } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import type { ReactNode } from "react";
import { QueryNotice } from "../app/QueryNotice";
import type { ChartSpec } from "../charts/lines";
import { text } from "../text";
import { type ChartView, HostChart } from "./HostChart";
import classes from "./host.module.css";
import type { Comparison } from "./search";
import type { Section } from "./sections";
import { useSectionMetrics } from "./useSectionMetrics";

const MOST_LINES = 32;
const HEIGHT_PX = 420;

interface EnlargedChartProps extends ChartView {
  agent_id: string;
  section: Section;
  spec: ChartSpec;
  compare: Comparison | undefined;
  onClose: () => void;
  /** Stands above the chart: the choice of its span. */
  children: ReactNode;
}

/** One chart as wide as the window, with more of its lines; Escape leads back. */
export function EnlargedChart(props: EnlargedChartProps) {
  const { agent_id, section, spec, compare, onClose, children, ...view } = props;
  const isNarrow = useMediaQuery("(max-width: 48em)", false);
  const asked = { agent_id, section, window: view.window, compare, enabled: true };
  const { query, answer, past } = useSectionMetrics(asked);
  return (
    <Modal
      opened
      onClose={onClose}
      size="90rem"
      fullScreen={isNarrow}
      title={`${section.title} · ${spec.title}`}
      closeButtonProps={{ "aria-label": text.shell.close }}
      classNames={{ body: classes.enlarged }}
    >
      {children}
      {(!answer || query.isError) && <QueryNotice query={query} height={HEIGHT_PX} />}
      {answer && (
        <HostChart
          spec={spec}
          answer={answer}
          past={past}
          most={MOST_LINES}
          height_px={HEIGHT_PX}
          hasTitle={false}
          {...view}
        />
      )}
    </Modal>
  );
}
