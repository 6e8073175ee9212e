import { type Column, DataTable } from "../tables/DataTable";
import { text } from "../text";
import classes from "./host.module.css";

const words = text.host.environment;

type Variable = [name: string, value: string];

const COLUMNS: readonly Column<Variable>[] = [
  { title: words.columns.variable, cell: ([name]) => <span className={classes.mono}>{name}</span> },
  {
    title: words.columns.value,
    cell: ([, value]) => (
      <span className={`${classes.mono} ${classes.breakable}`}>{value || words.empty}</span>
    ),
  },
];

/** The agent's environment: allowed variables only, secrets arrive as `***`. */
export function EnvironmentTable({ environment }: { environment: Record<string, string> | null }) {
  const rows = Object.entries(environment ?? {}).toSorted(([one], [other]) =>
    one < other ? -1 : 1,
  );
  return (
    <DataTable
      label={words.label}
      columns={COLUMNS}
      rows={rows}
      rowKey={([name]) => name}
      emptyText={environment ? words.none : words.notYet}
    />
  );
}
