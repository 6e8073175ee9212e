import { Button, TextInput } from "@mantine/core";
import { useMemo, useState } from "react";
import type { LastValue } from "../api/types";
import { formatBytes } from "../format/bytes";
import { formatCount } from "../format/number";
import { formatPercent } from "../format/percent";
import { SearchIcon } from "../icons/icons";
import { type Column, DataTable } from "../tables/DataTable";
import classes from "./host.module.css";
import { filterProcesses, type ProcessRow, processRows } from "./processes";

const FIRST_ROWS = 25;
const FIRST_PIDS = 12;

const COLUMNS: readonly Column<ProcessRow>[] = [
  { title: "Name", cell: ({ name }) => <span className={classes.breakable}>{name}</span> },
  { title: "Count", cell: ({ pids }) => formatCount(pids.length), isNumber: true },
  { title: "CPU", cell: ({ cpu_percent }) => formatPercent(cpu_percent), isNumber: true },
  { title: "Memory", cell: ({ memory_bytes }) => formatBytes(memory_bytes), isNumber: true },
  { title: "Pids", cell: ({ pids }) => <span className={classes.pids}>{pidText(pids)}</span> },
];

interface ProcessTableProps {
  processes: Record<string, number[]> | null;
  last: readonly LastValue[];
}

export function ProcessTable({ processes, last }: ProcessTableProps) {
  const [words, setWords] = useState("");
  const [isWhole, setWhole] = useState(false);
  const rows = useMemo(() => processRows(processes ?? {}, last), [processes, last]);
  const found = filterProcesses(rows, words);
  if (processes === null) return <p className={classes.quiet}>The machine has not reported yet.</p>;
  return (
    <>
      <TextInput
        className={classes.search}
        type="search"
        size="xs"
        aria-label="Search processes"
        placeholder="Name or pid"
        leftSection={<SearchIcon size={14} />}
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
      />
      <DataTable
        label="Processes"
        columns={COLUMNS}
        rows={isWhole ? found : found.slice(0, FIRST_ROWS)}
        rowKey={({ name }) => name}
        emptyText={words ? `No process matches “${words}”.` : "No process was reported."}
      />
      {!isWhole && found.length > FIRST_ROWS && (
        <Button mt="sm" size="compact-sm" variant="default" onClick={() => setWhole(true)}>
          Show all {formatCount(found.length)}
        </Button>
      )}
    </>
  );
}

function pidText(pids: readonly number[]): string {
  const text = pids.slice(0, FIRST_PIDS).join(", ");
  const more = pids.length - FIRST_PIDS;
  return more > 0 ? `${text} and ${formatCount(more)} more` : text;
}
