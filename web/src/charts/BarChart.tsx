import "uplot/dist/uPlot.min.css";
import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";
import type uPlot from "uplot";
import { type BarPart, barData, openBars } from "./bars";
import { tokenColor } from "./palette";
import classes from "./TimeChart.module.css";

interface BarChartProps {
  /** What the chart shows, in words: its text alternative. */
  label: string;
  times_s: number[];
  parts: readonly (Omit<BarPart, "color"> & { token: string })[];
  from_s: number;
  to_s: number;
  height_px?: number;
  /** The top of the scale when no bar is higher. */
  top?: number;
  onCursor: (index: number | null) => void;
  onZoom: (from_s: number, to_s: number) => void;
  onReset: () => void;
  onPick?: (time_s: number) => void;
  isSynced?: boolean;
  hasScale?: boolean;
  onMove?: (left_px: number | null) => void;
  /** Takes the plot when it is opened, and null when it is closed. */
  onPlot?: (plot: uPlot | null) => void;
}

/** Bars over time, each piled up of parts in the colours of tokens; a drag zooms. */
export function BarChart(props: BarChartProps) {
  const { label, times_s, parts, from_s, to_s, height_px = 120, top = 0, hasScale } = props;
  const scheme = useComputedColorScheme("light", { getInitialValueInEffect: false });
  const elementRef = useRef<HTMLDivElement>(null);
  const plotRef = useRef<uPlot | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const shape = parts.map((part) => part.token).join();

  // `shape` says when parts differ; new counts of the same parts are only fed, below.
  useEffect(() => {
    const element = elementRef.current;
    if (!element) return;
    const { times_s, parts } = latest.current;
    const colored = parts.map((part) => ({ ...part, color: tokenColor(part.token) }));
    const plot = openBars(element, colored, barData(times_s, colored), {
      scheme,
      height_px,
      top: () => latest.current.top ?? 0,
      window: () => [latest.current.from_s, latest.current.to_s],
      onCursor: (index) => latest.current.onCursor(index),
      onZoom: (...window) => latest.current.onZoom(...window),
      onReset: () => latest.current.onReset(),
      onPick: latest.current.onPick && ((time_s) => latest.current.onPick?.(time_s)),
      isSynced: latest.current.isSynced,
      hasScale,
      onMove: (left_px) => latest.current.onMove?.(left_px),
    });
    plotRef.current = plot;
    latest.current.onPlot?.(plot);
    const observer = new ResizeObserver(() => {
      if (element.clientWidth > 0)
        plot.setSize({ width: element.clientWidth, height: plot.height });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
      plotRef.current = null;
      latest.current.onPlot?.(null);
    };
  }, [shape, scheme, height_px, hasScale]);

  useEffect(() => {
    const colored = parts.map((part) => ({ ...part, color: "" }));
    plotRef.current?.setData(barData(times_s, colored));
  }, [times_s, parts, from_s, to_s, top]);

  return (
    <div
      ref={elementRef}
      className={classes.bars}
      style={{ height: height_px }}
      role="img"
      aria-label={label}
    />
  );
}
