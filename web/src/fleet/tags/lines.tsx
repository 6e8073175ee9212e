import { Link } from "@tanstack/react-router";
import { formatCount } from "../../format/number";
import type { Column } from "../../tables/column";
import { text } from "../../text";
import classes from "../list/list.module.css";
import { hasWords, type Order, type SortValue, sortRows } from "../list/sorting";
import { TagList } from "../list/TagList";
import type { Tag } from "../types";

const words = text.fleet.tags;

const VALUES: Record<string, (tag: Tag) => SortValue> = {
  name: ({ name }) => name,
  agents: ({ agent_ids }) => agent_ids.length,
  configs: ({ config_names }) => config_names.join(" ") || null,
  note: ({ note }) => note || null,
};

export function sortTags(tags: readonly Tag[], key: string, order: Order): Tag[] {
  return sortRows(tags, VALUES[key] ?? (({ name }) => name), order);
}

export function filterTags(tags: readonly Tag[], q: string): Tag[] {
  return tags.filter(({ name, note, config_names }) => hasWords([name, note, ...config_names], q));
}

/** What the list of tags shows of each. */
export function tagColumns(onOpen: (tag: Tag) => void): Column<Tag>[] {
  return [
    {
      key: "name",
      title: words.columns.name,
      track: "minmax(8rem, 1.2fr)",
      isSortable: true,
      cell: (tag) => (
        <button
          type="button"
          className={classes.name}
          aria-label={words.edit(tag.name)}
          onClick={() => onOpen(tag)}
        >
          {tag.name}
        </button>
      ),
    },
    {
      key: "agents",
      title: words.columns.agents,
      track: "5rem",
      isNumber: true,
      isSortable: true,
      cell: ({ name, agent_ids }) => (
        <Link to="/fleet" search={{ tag: name }} className={classes.link} title={words.showAgents}>
          {formatCount(agent_ids.length)}
        </Link>
      ),
    },
    {
      key: "configs",
      title: words.columns.configs,
      track: "minmax(8rem, 2fr)",
      isSortable: true,
      from_px: 520,
      cell: ({ config_names }) => <TagList tags={config_names} />,
    },
    {
      key: "note",
      title: words.columns.note,
      track: "minmax(8rem, 1.5fr)",
      isSortable: true,
      from_px: 760,
      cell: ({ note }) => <span title={note}>{note}</span>,
    },
  ];
}
