import { formatBytes } from "../../format/bytes";
import { MISSING } from "../../format/missing";
import { formatCount } from "../../format/number";
import { formatMoment } from "../../format/time";
import type { Column } from "../../tables/column";
import { text } from "../../text";
import classes from "../list/list.module.css";
import { selectColumn } from "../list/selectColumn";
import type { Selection } from "../list/selection";
import type { RunnerLine } from "../types";
import { keyOf } from "./order";
import { RunnerStateText, runsNewest } from "./RunnerState";

const words = text.fleet.runners;

/** What the list of runners shows of each. */
export function runnerColumns(
  onOpen: (runner: RunnerLine) => void,
  selection: Selection,
): Column<RunnerLine>[] {
  return [
    selectColumn<RunnerLine>(
      selection,
      keyOf,
      ({ name, hostname }) => words.detail.title(name, hostname),
      ({ is_built_in }) => !is_built_in,
    ),
    {
      key: "name",
      title: words.columns.name,
      track: "minmax(7rem, 1.6fr)",
      isSortable: true,
      cell: (runner) => (
        <span className={classes.stack}>
          <button type="button" className={classes.name} onClick={() => onOpen(runner)}>
            {runner.name}
          </button>
          <span className={classes.quiet}>{runner.is_built_in ? words.builtIn : runner.kind}</span>
        </span>
      ),
    },
    {
      key: "agent",
      title: words.columns.agent,
      track: "minmax(7rem, 1.4fr)",
      isSortable: true,
      from_px: 560,
      cell: ({ hostname }) => hostname,
    },
    {
      key: "state",
      title: words.columns.state,
      track: "minmax(8rem, 1.3fr)",
      isSortable: true,
      cell: (runner) => (
        <span className={classes.stack}>
          <RunnerStateText runner={runner} />
          {runner.status?.reason && (
            <span className={classes.quiet} title={runner.status.reason}>
              {runner.status.reason}
            </span>
          )}
        </span>
      ),
    },
    {
      key: "config",
      title: words.columns.config,
      track: "minmax(10rem, 1.4fr)",
      isSortable: true,
      from_px: 900,
      cell: (runner) => <ConfigState runner={runner} />,
    },
    {
      key: "read",
      title: words.columns.read,
      track: "6.5rem",
      isNumber: true,
      isSortable: true,
      from_px: 760,
      cell: ({ status }) => formatCount(status?.read),
    },
    {
      key: "failed",
      title: words.columns.failed,
      track: "5rem",
      isNumber: true,
      isSortable: true,
      from_px: 760,
      cell: ({ status }) => (
        <span className={status?.failed ? classes.bad : undefined}>
          {formatCount(status?.failed)}
        </span>
      ),
    },
    {
      key: "lag",
      title: words.columns.lag,
      track: "6rem",
      isNumber: true,
      isSortable: true,
      from_px: 1000,
      cell: ({ status }) => formatBytes(status?.lag_bytes),
    },
  ];
}

function ConfigState({ runner }: { runner: RunnerLine }) {
  if (runner.is_built_in || runner.status?.state === "unknown") return MISSING;
  if (runsNewest(runner)) return <span className={classes.quiet}>{words.current}</span>;
  const ran_us = runner.status?.config_us;
  return (
    <span className={classes.warn}>
      {ran_us ? words.behind(formatMoment(ran_us)) : words.awaited}
    </span>
  );
}
