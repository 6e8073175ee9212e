import { Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { QueryNotice } from "../app/QueryNotice";
import { formatCount } from "../format/number";
import { formatPercent } from "../format/percent";
import { FallingIcon, RightIcon } from "../icons/icons";
import { text } from "../text";
import { ColumnButton, type FieldHandlers, FilterButtons } from "./FieldActions";
import classes from "./FieldsPanel.module.css";
import { fieldsQuery, type Run, valuesQuery } from "./queries";
import type { Asked } from "./search";

const { logs } = text;

interface FieldsPanelProps extends FieldHandlers {
  asked: Asked;
  run: Run;
}

/** The fields of the rows that were found; one that is unfolded shows its most frequent values. */
export function FieldsPanel({ asked, run, ...handlers }: FieldsPanelProps) {
  const query = useQuery(fieldsQuery(asked, run));
  const [words, setWords] = useState("");
  const [open, setOpen] = useState<string | null>(null);
  const names = query.data?.names ?? [];
  const shown = names.filter(
    ({ value }) => value !== "message" && value.toLowerCase().includes(words.toLowerCase()),
  );
  return (
    <section aria-label={logs.fields.title} className={classes.fieldsPanel}>
      <TextInput
        size="xs"
        aria-label={logs.fields.find}
        placeholder={logs.fields.find}
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
      />
      <QueryNotice query={query} height={160} />
      {query.data && query.data.rows > 0 && (
        <Text size="xs" c="dimmed">
          {logs.fields.of(query.data.rows)}
        </Text>
      )}
      {query.data && shown.length === 0 && (
        <Text size="xs" c="dimmed">
          {logs.fields.none}
        </Text>
      )}
      <ul className={classes.fieldNames}>
        {shown.map(({ value: name, count }) => (
          <li key={name}>
            <div className={classes.fieldName}>
              <button
                type="button"
                aria-expanded={open === name}
                onClick={() => setOpen(open === name ? null : name)}
              >
                {open === name ? <FallingIcon size={12} /> : <RightIcon size={12} />}
                <span>{name}</span>
              </button>
              <Text component="span" size="xs" c="dimmed">
                {formatPercent((100 * count) / Math.max(1, query.data?.rows ?? 1))}
              </Text>
              {name !== "level" && <ColumnButton name={name} {...handlers} />}
            </div>
            {open === name && <TopValues asked={asked} name={name} onFilter={handlers.onFilter} />}
          </li>
        ))}
      </ul>
    </section>
  );
}

interface TopValuesProps extends Pick<FieldHandlers, "onFilter"> {
  asked: Asked;
  name: string;
}

function TopValues({ asked, name, onFilter }: TopValuesProps) {
  const query = useQuery(valuesQuery(asked, name));
  const values = query.data?.values ?? [];
  const most = Math.max(1, ...values.map(({ count }) => count));
  return (
    <div className={classes.topValues}>
      <QueryNotice query={query} height={90} />
      {query.data && values.length === 0 && (
        <Text size="xs" c="dimmed">
          {logs.fields.noValues}
        </Text>
      )}
      <ul aria-label={logs.fields.top(name)}>
        {values.map(({ value, count }) => (
          <li key={value}>
            <span className={classes.topValue} title={value}>
              {value || '""'}
            </span>
            <Text component="span" size="xs" c="dimmed">
              {formatCount(count)}
            </Text>
            <FilterButtons name={name} value={value} onFilter={onFilter} />
            <span className={classes.share} style={{ width: `${(100 * count) / most}%` }} />
          </li>
        ))}
      </ul>
    </div>
  );
}
