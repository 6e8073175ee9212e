import { type Column, DataTable } from "../tables/DataTable";
import classes from "./host.module.css";

type Variable = [name: string, value: string];

const COLUMNS: readonly Column<Variable>[] = [
  { title: "Variable", cell: ([name]) => <span className={classes.mono}>{name}</span> },
  {
    title: "Value",
    cell: ([, value]) => (
      <span className={`${classes.mono} ${classes.breakable}`}>{value || "(empty)"}</span>
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
      label="Environment"
      columns={COLUMNS}
      rows={rows}
      rowKey={([name]) => name}
      emptyText={
        environment
          ? "The agent shares none of its environment."
          : "The machine has not told its environment yet."
      }
    />
  );
}
