import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { QueryNotice } from "../app/QueryNotice";
import { Meter } from "../charts/Meter";
import { formatBytes } from "../format/bytes";
import { formatCount } from "../format/number";
import { type Column, DataTable } from "../tables/DataTable";
import { text } from "../text";
import { PartHead } from "./PartHead";
import { type StoragePage, settingsQuery, storageQuery } from "./queries";
import classes from "./settings.module.css";
import { useEditing } from "./useEditing";

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
  /** The setting that says for how long rows are kept. */
  setting: string | null;
}

const columns = (edit: (row: KeptRow) => void): Column<KeptRow>[] => [
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
    cell: (row) =>
      row.days === null ? (
        words.always
      ) : (
        <span className={classes.kept}>
          {words.days(row.days)}
          <Button
            size="compact-xs"
            variant="default"
            aria-label={text.settings.edit.title(words.keepingOf(row.name))}
            onClick={() => edit(row)}
          >
            {text.settings.edit.change}
          </Button>
        </span>
      ),
  },
];

/** What the stores take of the disk, and how long rows are kept. */
export function StoragePart() {
  const query = useQuery({ ...storageQuery, refetchInterval: 30_000 });
  const settings = useQuery(settingsQuery);
  const { edit, shown } = useEditing();
  const editDays = ({ setting, name }: KeptRow) => {
    const row = settings.data?.settings.find(({ key }) => key === setting);
    if (row) edit(row, words.keepingOf(name));
  };
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
          {shown}
          <div className={classes.card}>
            <DataTable
              hasCards
              label={words.tables}
              columns={columns(editDays)}
              rows={toRows(page)}
              rowKey={({ key }) => key}
              emptyText={words.nothing}
            />
          </div>
          <p className={classes.note}>{words.how}</p>
        </>
      )}
    </>
  );
}

function toRows({ tables, databases }: StoragePage): KeptRow[] {
  const rows = [
    ...tables.map(({ use, days, setting }) => ({
      key: use.table,
      name: words.names[use.table] ?? use.table,
      rows: use.rows,
      stored_bytes: use.stored_bytes,
      since: use.first_day,
      days,
      setting,
    })),
    ...databases.map(({ name, stored_bytes, rows: count }) => ({
      key: `database ${name}`,
      name: words.databases[name] ?? name,
      rows: count ?? null,
      stored_bytes,
      since: "",
      days: null,
      setting: null,
    })),
  ];
  const all_bytes = rows.reduce((sum, { stored_bytes }) => sum + stored_bytes, 0);
  return rows.map((row) => ({
    ...row,
    share_percent: all_bytes === 0 ? 0 : (100 * row.stored_bytes) / all_bytes,
  }));
}
