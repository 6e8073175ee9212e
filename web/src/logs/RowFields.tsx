import { Button, CopyButton, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { formatMoment } from "../format/time";
import { text } from "../text";
import { fieldsOf } from "./columns";
import { ColumnButton, type FieldHandlers, FilterButtons } from "./FieldActions";
import { LongText } from "./LongText";
import classes from "./RowFields.module.css";
import type { LogRow } from "./types";
import { visible } from "./visible";

const { logs } = text;
const FIXED = new Set(["level"]);

export interface RowFieldsProps extends FieldHandlers {
  row: LogRow;
  onAround: (id: string) => void;
}

/** A row in full: the whole message, and each field with what can be done with it. */
export function RowFields({ row, onAround, ...handlers }: RowFieldsProps) {
  return (
    <section className={classes.unfolded} aria-label={logs.openOf(formatMoment(row.ts_us))}>
      <div className={classes.whole}>
        <LongText content={row.message} />
      </div>
      <dl className={classes.fieldList}>
        {fieldsOf(row).map(([name, value]) => (
          <div key={name}>
            <dt>{visible(name) || '""'}</dt>
            <dd>
              <FilterButtons name={name} value={value} onFilter={handlers.onFilter} />
              {FIXED.has(name) ? (
                <span className={classes.noButton} />
              ) : (
                <ColumnButton name={name} {...handlers} />
              )}
              <div className={classes.fieldValue}>
                <LongText content={value} />
              </div>
            </dd>
          </div>
        ))}
      </dl>
      <div className={classes.rowTools}>
        <Button size="compact-xs" variant="default" onClick={() => onAround(row.id)}>
          {logs.field.context}
        </Button>
        {window.isSecureContext && (
          <CopyButton value={JSON.stringify(row, null, 2)}>
            {({ copied, copy }) => (
              <Button size="compact-xs" variant="default" onClick={copy}>
                {copied ? logs.field.copied : logs.field.copy}
              </Button>
            )}
          </CopyButton>
        )}
        {row.agent_id && (
          <Link to="/hosts/$id" params={{ id: row.agent_id }} className={classes.toMachine}>
            {logs.field.machine} {row.hostname}
          </Link>
        )}
        <Text component="span" size="xs" c="dimmed">
          {logs.field.received} {formatMoment(row.received_us)}
        </Text>
      </div>
    </section>
  );
}
