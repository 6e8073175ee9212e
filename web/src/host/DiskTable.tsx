import type { Disk } from "../api/types";
import { Meter } from "../charts/Meter";
import { formatBytes } from "../format/bytes";
import { formatPercent } from "../format/percent";
import { type Column, DataTable } from "../tables/DataTable";
import { text } from "../text";
import classes from "./host.module.css";

const words = text.host.disks;

const COLUMNS: readonly Column<Disk>[] = [
  {
    title: words.columns.mount,
    cell: ({ mountpoint }) => <span className={classes.breakable}>{mountpoint}</span>,
  },
  {
    title: words.columns.device,
    cell: ({ device }) => <span className={classes.breakable}>{device}</span>,
  },
  { title: words.columns.system, cell: ({ file_system }) => file_system },
  {
    title: words.columns.size,
    cell: ({ total_bytes }) => formatBytes(total_bytes),
    isNumber: true,
  },
  { title: words.columns.used, cell: ({ used_bytes }) => formatBytes(used_bytes), isNumber: true },
  { title: words.columns.share, cell: (disk) => <Share disk={disk} /> },
];

export function DiskTable({ disks }: { disks: Disk[] | null }) {
  return (
    <DataTable
      label={words.label}
      columns={COLUMNS}
      rows={disks ?? []}
      rowKey={({ mountpoint }, index) => `${index} ${mountpoint}`}
      emptyText={disks ? words.none : words.notYet}
    />
  );
}

function Share({ disk: { mountpoint, used_bytes, total_bytes } }: { disk: Disk }) {
  const percent = total_bytes > 0 ? (used_bytes / total_bytes) * 100 : null;
  return (
    <span className={classes.share}>
      <span className={classes.shareNumber}>{formatPercent(percent)}</span>
      <Meter percent={percent} label={words.usedOf(mountpoint)} />
    </span>
  );
}
