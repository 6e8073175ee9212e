import { Button } from "@mantine/core";
import { useAskChange } from "../../fleet/change/ChangesProvider";
import type { CollectRule } from "../../fleet/types";
import { formatCount } from "../../format/number";
import { type Column, DataTable } from "../../tables/DataTable";
import { text } from "../../text";
import panel from "../settings.module.css";
import { deleteRule } from "./rule";

const words = text.settings.collection;

interface RuleTableProps {
  rules: readonly CollectRule[];
  onEdit: (rule: CollectRule) => void;
}

/** The rules for tags and single agents. */
export function RuleTable({ rules, onEdit }: RuleTableProps) {
  const ask = useAskChange();
  return (
    <div className={panel.card}>
      <DataTable
        hasCards
        label={words.rules}
        columns={columns(onEdit, (rule) => ask(deleteRule(rule)))}
        rows={rules}
        rowKey={({ scope, target }) => `${scope} ${target}`}
        emptyText={words.noRules}
      />
    </div>
  );
}

function columns(
  onEdit: (rule: CollectRule) => void,
  onDelete: (rule: CollectRule) => void,
): Column<CollectRule>[] {
  const named = ({ scope, name }: CollectRule) => words.whom[scope]?.(name) ?? name;
  return [
    {
      title: words.columns.whom,
      cell: (rule) => <span className={panel.name}>{named(rule)}</span>,
    },
    {
      title: words.columns.agents,
      isNumber: true,
      cell: ({ agents }) => formatCount(agents),
    },
    {
      title: words.columns.ports,
      cell: ({ ports }) => (
        <span className={panel.value}>
          {ports === null ? words.unsaid : ports.join(", ") || words.noPorts}
        </span>
      ),
    },
    { title: words.columns.groups, cell: ({ groups }) => sayGroups(groups) },
    {
      title: words.columns.interval,
      cell: ({ interval_s }) => (interval_s === null ? words.unsaid : words.every(interval_s)),
    },
    {
      title: text.settings.columns.actions,
      isNumber: true,
      cell: (rule) => (
        <span className={panel.rowActions}>
          <Button
            size="compact-xs"
            variant="default"
            aria-label={words.editOf(named(rule))}
            onClick={() => onEdit(rule)}
          >
            {words.edit}
          </Button>
          <Button
            size="compact-xs"
            variant="default"
            aria-label={words.changes.delete(named(rule))}
            onClick={() => onDelete(rule)}
          >
            {words.delete}
          </Button>
        </span>
      ),
    },
  ];
}

function sayGroups(groups: Record<string, boolean>): string {
  const said = Object.entries(groups).map(([group, isOn]) =>
    words.switched(words.names[group] ?? group, isOn),
  );
  return said.join(", ") || words.unsaid;
}
