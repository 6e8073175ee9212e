import type { Disk } from "../api/types";
import { Meter } from "../charts/Meter";
import { formatBytes } from "../format/bytes";
import { formatPercent } from "../format/percent";
import { type Column, DataTable } from "../tables/DataTable";
import classes from "./host.module.css";

const COLUMNS: readonly Column<Disk>[] = [
  {
    title: "Mount",
    cell: ({ mountpoint }) => <span className={classes.breakable}>{mountpoint}</span>,
  },
  { title: "Device", cell: ({ device }) => <span className={classes.breakable}>{device}</span> },
  { title: "File system", cell: ({ file_system }) => file_system },
  { title: "Size", cell: ({ total_bytes }) => formatBytes(total_bytes), isNumber: true },
  { title: "Used", cell: ({ used_bytes }) => formatBytes(used_bytes), isNumber: true },
  { title: "Share", cell: (disk) => <Share disk={disk} /> },
];

export function DiskTable({ disks }: { disks: Disk[] | null }) {
  return (
    <DataTable
      label="Disks"
      columns={COLUMNS}
      rows={disks ?? []}
      rowKey={({ mountpoint }, index) => `${index} ${mountpoint}`}
      emptyText={disks ? "No disk is mounted." : "The machine has not told its disks yet."}
    />
  );
}

function Share({ disk: { mountpoint, used_bytes, total_bytes } }: { disk: Disk }) {
  const percent = total_bytes > 0 ? (used_bytes / total_bytes) * 100 : null;
  return (
    <span className={classes.share}>
      <span className={classes.shareNumber}>{formatPercent(percent)}</span>
      <Meter percent={percent} label={`Used of ${mountpoint}`} />
    </span>
  );
}
