import { useQuery } from "@tanstack/react-query";
import { CopyLine } from "../app/CopyLine";
import { QueryNotice } from "../app/QueryNotice";
import { Meter } from "../charts/Meter";
import { formatBytes } from "../format/bytes";
import { formatCount } from "../format/number";
import { type Column, DataTable } from "../tables/DataTable";
import { text } from "../text";
import { PartHead } from "./PartHead";
import { type StoragePage, storageQuery } from "./queries";
import classes from "./settings.module.css";

const { storage: words, columns: titles } = text.settings;

/** A table of the telemetry store, or a whole database, of which rows are never dropped. */
interface KeptRow {
  key: string;
  name: string;
  rows: number | null;
  stored_bytes: number;
  share_percent: number;
  since: string | null;
  days: number | null;
}

const COLUMNS: readonly Column<KeptRow>[] = [
  { title: titles.table, cell: ({ name }) => <span className={classes.name}>{name}</span> },
  { title: titles.rows, isNumber: true, cell: ({ rows }) => formatCount(rows) },
  { title: titles.size, isNumber: true, cell: ({ stored_bytes }) => formatBytes(stored_bytes) },
  {
    title: titles.share,
    cell: ({ share_percent, name }) => (
      <span className={classes.meterCell}>
        <Meter percent={share_percent} label={`${titles.share}: ${name}`} isShare />
      </span>
    ),
  },
  { title: titles.since, cell: ({ since }) => since ?? words.nothing },
  {
    title: titles.kept,
    isNumber: true,
    cell: ({ days }) => (days === null ? words.always : words.days(days)),
  },
];

/** What the stores take of the disk, and how long rows are kept. */
export function StoragePart() {
  const query = useQuery({ ...storageQuery, refetchInterval: 30_000 });
  const page = query.data;
  const used = page && 100 * (1 - page.disk_free_bytes / page.disk_bytes);
  return (
    <>
      <PartHead title={words.title}>{words.what}</PartHead>
      <QueryNotice query={query} />
      {page && used !== undefined && (
        <>
          <div className={classes.disk}>
            <Meter percent={used} label={words.disk} />
            <span>
              {words.free(formatBytes(page.disk_free_bytes), formatBytes(page.disk_bytes))}
            </span>
          </div>
          <div className={classes.card}>
            <DataTable
              label={words.tables}
              columns={COLUMNS}
              rows={toRows(page)}
              rowKey={({ key }) => key}
              emptyText={words.nothing}
            />
          </div>
          <p className={classes.note}>{words.how}</p>
          <CopyLine
            label={words.how}
            content={page.tables
              .map(({ setting, days }) => `MUSTER_${envName(setting)}=${days}`)
              .join("\n")}
          />
        </>
      )}
    </>
  );
}

function toRows({ tables, databases }: StoragePage): KeptRow[] {
  const rows = [
    ...tables.map(({ use, days }) => ({
      key: use.table,
      name: words.names[use.table] ?? use.table,
      rows: use.rows,
      stored_bytes: use.stored_bytes,
      since: use.first_day,
      days,
    })),
    ...databases.map(({ name, stored_bytes, rows: count }) => ({
      key: `database ${name}`,
      name: words.databases[name] ?? name,
      rows: count ?? null,
      stored_bytes,
      since: "",
      days: null,
    })),
  ];
  const all_bytes = rows.reduce((sum, { stored_bytes }) => sum + stored_bytes, 0);
  return rows.map((row) => ({
    ...row,
    share_percent: all_bytes === 0 ? 0 : (100 * row.stored_bytes) / all_bytes,
  }));
}

function envName(setting: string): string {
  return setting.replaceAll(".", "_").toUpperCase();
}
