import type { NetworkInterface } from "../api/types";
import { MISSING } from "../format/missing";
import { type Column, DataTable } from "../tables/DataTable";
import classes from "./host.module.css";

const COLUMNS: readonly Column<NetworkInterface>[] = [
  { title: "Name", cell: ({ name }) => name },
  { title: "Link", cell: ({ is_up }) => (is_up ? "Up" : "Down") },
  {
    title: "Addresses",
    cell: ({ addresses }) => (
      <span className={classes.mono}>{addresses.join(", ") || MISSING}</span>
    ),
  },
  { title: "MAC", cell: ({ mac }) => <span className={classes.mono}>{mac || MISSING}</span> },
  { title: "MTU", cell: ({ mtu }) => mtu, isNumber: true },
];

export function InterfaceTable({ interfaces }: { interfaces: NetworkInterface[] | null }) {
  return (
    <DataTable
      label="Interfaces"
      columns={COLUMNS}
      rows={interfaces ?? []}
      rowKey={({ name }, index) => `${index} ${name}`}
      emptyText={
        interfaces
          ? "There is no network interface."
          : "The machine has not told its interfaces yet."
      }
    />
  );
}
