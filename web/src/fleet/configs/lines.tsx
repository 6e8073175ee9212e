import { Link } from "@tanstack/react-router";
import { formatMoment } from "../../format/time";
import type { Column } from "../../tables/column";
import { text } from "../../text";
import { groupBy } from "../list/groups";
import classes from "../list/list.module.css";
import { hasWords, type Order, type SortValue, sortRows } from "../list/sorting";
import { TagList } from "../list/TagList";
import { runsNewest } from "../runners/RunnerState";
import type { Config, RunnerLine } from "../types";
import { kindOf } from "./templates";

const words = text.fleet.configs;

/** A configuration in a list, with how many agents have it and run its newest version. */
export interface ConfigLine extends Config {
  kind: string;
  runners: number;
  applied: number;
}

export function toLines(configs: readonly Config[], runners: readonly RunnerLine[]): ConfigLine[] {
  const given = runners.filter(({ is_built_in }) => !is_built_in);
  const byName = groupBy(given, ({ name }) => name);
  return configs.map((config) => {
    const own = byName.get(config.name) ?? [];
    return {
      ...config,
      kind: kindOf(config.config),
      runners: own.length,
      applied: own.filter(runsNewest).length,
    };
  });
}

export function filterConfigs(lines: readonly ConfigLine[], q: string): ConfigLine[] {
  return lines.filter(({ name, note, kind, tags }) => hasWords([name, note, kind, ...tags], q));
}

const VALUES: Record<string, (line: ConfigLine) => SortValue> = {
  name: ({ name }) => name,
  kind: ({ kind }) => kind,
  tags: ({ tags }) => tags.join(" ") || null,
  runners: ({ runners }) => runners,
  changed: ({ timestamp }) => timestamp,
};

export function sortConfigs(lines: readonly ConfigLine[], key: string, order: Order): ConfigLine[] {
  return sortRows(lines, VALUES[key] ?? (({ name }) => name), order);
}

/** What the list of configurations shows of each. */
export function configColumns(): Column<ConfigLine>[] {
  return [
    {
      key: "name",
      title: words.columns.name,
      track: "minmax(9rem, 2fr)",
      isSortable: true,
      cell: ({ name, note }) => (
        <span className={classes.stack}>
          <Link to="/fleet/configs/$name" params={{ name }} className={classes.name}>
            {name}
          </Link>
          <span className={classes.quiet}>{note}</span>
        </span>
      ),
    },
    {
      key: "kind",
      title: words.columns.kind,
      track: "7rem",
      isSortable: true,
      from_px: 700,
      cell: ({ kind }) => words.kind(kind),
    },
    {
      key: "tags",
      title: words.columns.tags,
      track: "minmax(8rem, 1.5fr)",
      isSortable: true,
      from_px: 560,
      cell: ({ tags }) => <TagList tags={tags} />,
    },
    {
      key: "runners",
      title: words.columns.runners,
      track: "minmax(7rem, 1fr)",
      isSortable: true,
      cell: (line) => <Applied line={line} />,
    },
    {
      key: "changed",
      title: words.columns.changed,
      track: "12rem",
      isSortable: true,
      from_px: 900,
      cell: ({ timestamp }) => formatMoment(timestamp * 1e6),
    },
  ];
}

function Applied({ line: { runners, applied } }: { line: ConfigLine }) {
  if (runners === 0) return <span className={classes.quiet}>{words.runnersNone}</span>;
  if (runners === applied) return words.runnersAll(runners);
  return <span className={classes.warn}>{words.runnersSome(applied, runners)}</span>;
}
