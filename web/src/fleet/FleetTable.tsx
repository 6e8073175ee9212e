import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useLayoutEffect, useRef, useState } from "react";
import type { FleetHost } from "../api/types";
import { FallingIcon, RisingIcon } from "../icons/icons";
import { FleetRow } from "./FleetRow";
import classes from "./fleet.module.css";
import type { Order, SortKey } from "./order";

const ROW_PX = 52;
const COLUMNS: readonly [key: SortKey, title: string][] = [
  ["name", "Machine"],
  ["state", "State"],
  ["cpu", "CPU"],
  ["memory", "Memory"],
  ["disk", "Fullest disk"],
  ["network", "Network"],
  ["uptime", "Uptime"],
];

interface FleetTableProps {
  hosts: readonly FleetHost[];
  server_us: number;
  sort: SortKey;
  order: Order;
  onSort: (key: SortKey) => void;
}

/** The machines as a table; only the rows in sight are in the document, so ten thousand are quick. */
export function FleetTable({ hosts, server_us, sort, order, onSort }: FleetTableProps) {
  const { bodyRef, virtualizer } = useRowsInSight(hosts, ROW_PX);
  return (
    // biome-ignore-start lint/a11y/useFocusableInteractive: rows hold a link each
    <div
      className={classes.table}
      role="table"
      aria-label="Machines"
      aria-rowcount={hosts.length + 1}
    >
      <div className={`${classes.row} ${classes.header}`} role="row" aria-rowindex={1}>
        {COLUMNS.map(([key, title]) => (
          <div key={key} role="columnheader" aria-sort={key === sort ? SORTED[order] : "none"}>
            <button
              type="button"
              className={classes.sort}
              data-active={key === sort || undefined}
              onClick={() => onSort(key)}
            >
              {title}
              {key === sort && (order === "asc" ? <RisingIcon /> : <FallingIcon />)}
            </button>
          </div>
        ))}
      </div>
      <div
        ref={bodyRef}
        className={classes.body}
        role="rowgroup"
        style={{ height: virtualizer.getTotalSize() }}
      >
        {virtualizer.getVirtualItems().map(({ index, start }) => {
          const host = hosts[index];
          if (!host) return null;
          const top = start - virtualizer.options.scrollMargin;
          return (
            <FleetRow
              key={host.agent_id}
              host={host}
              server_us={server_us}
              index={index}
              top={top}
            />
          );
        })}
      </div>
    </div>
    // biome-ignore-end lint/a11y/useFocusableInteractive: rows hold a link each
  );
}

const SORTED = { asc: "ascending", desc: "descending" } as const;

/** Follows which rows of the given height are in the window. */
export function useRowsInSight(hosts: readonly FleetHost[], row_px: number) {
  const bodyRef = useRef<HTMLDivElement>(null);
  const [scrollMargin, setScrollMargin] = useState(0);
  useLayoutEffect(() => {
    const top = bodyRef.current?.getBoundingClientRect().top ?? 0;
    setScrollMargin(Math.round(top + window.scrollY));
  }, []);
  const virtualizer = useWindowVirtualizer({
    count: hosts.length,
    estimateSize: () => row_px,
    getItemKey: (index) => hosts[index]?.agent_id ?? index,
    overscan: 8,
    scrollMargin,
  });
  return { bodyRef, virtualizer };
}
