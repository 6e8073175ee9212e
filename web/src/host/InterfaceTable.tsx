import type { NetworkInterface } from "../api/types";
import { MISSING } from "../format/missing";
import { type Column, DataTable } from "../tables/DataTable";
import { text } from "../text";
import classes from "./host.module.css";

const words = text.host.interfaces;

const COLUMNS: readonly Column<NetworkInterface>[] = [
  { title: words.columns.name, cell: ({ name }) => name },
  { title: words.columns.link, cell: ({ is_up }) => (is_up ? words.up : words.down) },
  {
    title: words.columns.addresses,
    cell: ({ addresses }) => (
      <span className={classes.mono}>{addresses.join(", ") || MISSING}</span>
    ),
  },
  {
    title: words.columns.mac,
    cell: ({ mac }) => <span className={classes.mono}>{mac || MISSING}</span>,
  },
  { title: words.columns.mtu, cell: ({ mtu }) => mtu, isNumber: true },
];

export function InterfaceTable({ interfaces }: { interfaces: NetworkInterface[] | null }) {
  return (
    <DataTable
      label={words.label}
      columns={COLUMNS}
      rows={interfaces ?? []}
      rowKey={({ name }, index) => `${index} ${name}`}
      emptyText={interfaces ? words.none : words.notYet}
    />
  );
}
