import { Checkbox } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { EventType } from "../api/types";
import { Sparkline } from "../charts/Sparkline";
import { formatCount } from "../format/number";
import type { Column, Order } from "../tables/column";
import { VirtualTable } from "../tables/VirtualTable";
import { text } from "../text";
import type { Asked } from "./asked";
import classes from "./events.module.css";
import { countsQuery } from "./queries";
import type { SortKey } from "./search";

const { events } = text;

interface EventsTableProps {
  rows: readonly EventType[];
  chosen: readonly string[];
  isFull: boolean;
  asked: Asked;
  sort: SortKey;
  order: Order;
  onSort: (key: SortKey) => void;
  onToggle: (name: string) => void;
  onOnly: (name: string) => void;
}

/** Every event with what it was counted to; only rows in sight ask for their sparklines. */
export function EventsTable(props: EventsTableProps) {
  const { rows, chosen, isFull, asked, sort, order, onSort, onToggle, onOnly } = props;
  const columns = useMemo(
    () => columnsOf({ chosen: new Set(chosen), isFull, asked, onToggle }),
    [chosen, isFull, asked, onToggle],
  );
  return (
    <VirtualTable
      label={events.table}
      columns={columns}
      rows={rows}
      rowKey={({ id }) => String(id)}
      sort={sort}
      order={order}
      onSort={(key) => {
        if (key === "name" || key === "total") onSort(key);
      }}
      onOpen={({ name }) => onOnly(name)}
    />
  );
}

interface Choice {
  chosen: ReadonlySet<string>;
  isFull: boolean;
  asked: Asked;
  onToggle: (name: string) => void;
}

type Key = SortKey | "recent";

function columnsOf({ chosen, isFull, asked, onToggle }: Choice): Column<EventType, Key>[] {
  return [
    {
      key: "name",
      title: events.columns.name,
      track: "minmax(0, 1fr)",
      isSortable: true,
      cell: (type) => (
        <span className={classes.name}>
          <Checkbox
            size="xs"
            tabIndex={-1}
            aria-label={events.compare(type.name)}
            checked={chosen.has(type.name)}
            disabled={isFull && !chosen.has(type.name)}
            onChange={() => onToggle(type.name)}
          />
          <span className={classes.nameText} title={type.name}>
            {type.name}
          </span>
          {!type.is_active && <span className={classes.off}>{events.inactive}</span>}
        </span>
      ),
    },
    {
      key: "recent",
      title: events.columns.recent,
      track: "11rem",
      isNumber: true,
      from_px: 640,
      cell: ({ id }) => <Recent id={id} asked={asked} />,
    },
    {
      key: "total",
      title: events.columns.total,
      track: "minmax(5.5rem, max-content)",
      isNumber: true,
      isSortable: true,
      cell: ({ total }) => formatCount(total),
    },
  ];
}

/** What was counted in the range, as a number and a line. */
function Recent({ id, asked }: { id: number; asked: Asked }) {
  const { data } = useQuery(countsQuery(id, asked));
  if (!data) return null;
  return (
    <span className={classes.recent}>
      {formatCount(data.reduce((sum, count) => sum + count, 0))}
      <Sparkline values={data} width={72} height={20} />
    </span>
  );
}
