import { Button, TextInput } from "@mantine/core";
import { useMemo, useState } from "react";
import type { LastValue } from "../api/types";
import { formatBytes } from "../format/bytes";
import { formatCount } from "../format/number";
import { formatPercent } from "../format/percent";
import { SearchIcon } from "../icons/icons";
import { type Column, DataTable } from "../tables/DataTable";
import { text } from "../text";
import classes from "./host.module.css";
import { filterProcesses, type ProcessRow, processRows } from "./processes";

const words = text.host.processes;
const FIRST_ROWS = 25;
const FIRST_PIDS = 12;

const COLUMNS: readonly Column<ProcessRow>[] = [
  {
    title: words.columns.name,
    cell: ({ name }) => <span className={classes.breakable}>{name}</span>,
  },
  { title: words.columns.count, cell: ({ pids }) => formatCount(pids.length), isNumber: true },
  {
    title: words.columns.cpu,
    cell: ({ cpu_percent }) => formatPercent(cpu_percent),
    isNumber: true,
  },
  {
    title: words.columns.memory,
    cell: ({ memory_bytes }) => formatBytes(memory_bytes),
    isNumber: true,
  },
  {
    title: words.columns.pids,
    cell: ({ pids }) => <span className={classes.pids}>{pidText(pids)}</span>,
  },
];

interface ProcessTableProps {
  processes: Record<string, number[]> | null;
  last: readonly LastValue[];
}

export function ProcessTable({ processes, last }: ProcessTableProps) {
  const [wanted, setWanted] = useState("");
  const [isWhole, setWhole] = useState(false);
  const rows = useMemo(() => processRows(processes ?? {}, last), [processes, last]);
  const found = filterProcesses(rows, wanted);
  if (processes === null) return <p className={classes.quiet}>{words.notYet}</p>;
  return (
    <>
      <TextInput
        className={classes.search}
        type="search"
        size="xs"
        aria-label={words.search}
        placeholder={words.placeholder}
        leftSection={<SearchIcon size={14} />}
        value={wanted}
        onChange={(event) => setWanted(event.currentTarget.value)}
      />
      <DataTable
        label={words.label}
        columns={COLUMNS}
        rows={isWhole ? found : found.slice(0, FIRST_ROWS)}
        rowKey={({ name }) => name}
        emptyText={wanted ? words.noMatch(wanted) : words.none}
      />
      {!isWhole && found.length > FIRST_ROWS && (
        <Button mt="sm" size="compact-sm" variant="default" onClick={() => setWhole(true)}>
          {words.all(formatCount(found.length))}
        </Button>
      )}
    </>
  );
}

function pidText(pids: readonly number[]): string {
  const shown = pids.slice(0, FIRST_PIDS).join(", ");
  const more = pids.length - FIRST_PIDS;
  return more > 0 ? words.morePids(shown, formatCount(more)) : shown;
}
