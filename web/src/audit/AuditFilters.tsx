import { ActionIcon, Button, CloseButton, Select, TextInput, Tooltip } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { useTyped } from "../app/useTyped";
import { formatMoment } from "../format/time";
import { RefreshIcon, SearchIcon } from "../icons/icons";
import { text } from "../text";
import classes from "./audit.module.css";
import { sourcesQuery } from "./queries";
import { type AuditSearch, type Filters, hasFilters, LASTS } from "./search";

const { audit } = text;
const OWN = "muster";
const PAUSE_MS = 350;

interface AuditFiltersProps {
  filters: Filters;
  onChange: (part: Partial<AuditSearch>, replace?: boolean) => void;
  onRefresh: () => void;
}

/** Application, kind, time and text of the events that are shown. */
export function AuditFilters({ filters, onChange, onRefresh }: AuditFiltersProps) {
  const { app, kind, last, from, to } = filters;
  const { data: sources = [] } = useQuery(sourcesQuery);
  const apps = useMemo(
    () => named([...sources.map((each) => each.application_name), app]),
    [sources, app],
  );
  const kinds = useMemo(
    () =>
      named([
        ...sources
          .filter((each) => app === undefined || each.application_name === app)
          .map((each) => each.event_kind),
        kind,
      ]),
    [sources, app, kind],
  );
  return (
    <div className={classes.filters}>
      <Words filters={filters} onChange={onChange} />
      <Select
        aria-label={audit.application}
        placeholder={audit.anyApplication}
        data={apps.map((value) => ({ value, label: value === OWN ? audit.own(value) : value }))}
        value={app ?? null}
        searchable
        clearable
        onChange={(next) => onChange({ app: next ?? undefined, kind: undefined })}
      />
      <Select
        aria-label={audit.kind}
        placeholder={audit.anyKind}
        data={kinds}
        value={kind ?? null}
        searchable
        clearable
        onChange={(next) => onChange({ kind: next ?? undefined })}
      />
      <Select
        aria-label={audit.time}
        placeholder={
          from !== undefined && to !== undefined
            ? audit.window(formatMoment(from), formatMoment(to))
            : audit.times.any
        }
        data={LASTS.map((value) => ({ value, label: audit.times[value] }))}
        value={last ?? null}
        clearable
        onChange={(next) =>
          onChange({ last: LASTS.find((each) => each === next), from: undefined, to: undefined })
        }
      />
      <Tooltip label={audit.refresh}>
        <ActionIcon variant="default" size={36} aria-label={audit.refresh} onClick={onRefresh}>
          <RefreshIcon />
        </ActionIcon>
      </Tooltip>
      {hasFilters(filters) && (
        <Button
          size="compact-sm"
          variant="subtle"
          onClick={() =>
            onChange({
              q: undefined,
              app: undefined,
              kind: undefined,
              last: undefined,
              from: undefined,
              to: undefined,
            })
          }
        >
          {audit.clear}
        </Button>
      )}
    </div>
  );
}

/** The text that is searched for, a moment after the last key: a search may take long. */
function Words({ filters, onChange }: Omit<AuditFiltersProps, "onRefresh">) {
  const asked = filters.q ?? "";
  const [words, setWords] = useTyped(asked);
  const ask = (q: string) => onChange({ q: q || undefined }, true);

  useEffect(() => {
    if (words === asked) return;
    const timer = window.setTimeout(() => ask(words), PAUSE_MS);
    return () => window.clearTimeout(timer);
  }, [words]);

  return (
    <TextInput
      className={classes.words}
      type="search"
      aria-label={audit.search}
      placeholder={audit.placeholder}
      maxLength={256}
      leftSection={<SearchIcon />}
      rightSection={words && <CloseButton aria-label={audit.clearSearch} onClick={() => ask("")} />}
      value={words}
      onChange={(event) => setWords(event.currentTarget.value)}
    />
  );
}

function named(names: readonly (string | undefined)[]): string[] {
  return [...new Set(names.filter((name) => name !== undefined))];
}
