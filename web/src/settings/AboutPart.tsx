import { Anchor, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { QueryNotice } from "../app/QueryNotice";
import { SearchIcon } from "../icons/icons";
import { type Column, DataTable } from "../tables/DataTable";
import { text } from "../text";
import { PartHead } from "./PartHead";
import { type SettingRow, settingsQuery } from "./queries";
import classes from "./settings.module.css";

const { about: words, columns: titles } = text.settings;

const COLUMNS: readonly Column<SettingRow>[] = [
  {
    title: titles.setting,
    cell: ({ key, expected }) => (
      <span className={`${classes.value} ${classes.key}`} title={expected}>
        {key}
      </span>
    ),
  },
  {
    title: titles.value,
    cell: ({ value, default: usual }) => (
      <span className={classes.value}>
        <span className={shown(value) === shown(usual) ? undefined : classes.changed}>
          {shown(value)}
        </span>
      </span>
    ),
  },
  {
    title: titles.fallback,
    cell: ({ default: usual }) => <span className={classes.value}>{shown(usual)}</span>,
  },
  {
    title: titles.change,
    cell: ({ is_reloadable }) => (is_reloadable ? words.atOnce : words.restart),
  },
];

/** The version, what it is made with, and every setting in force. */
export function AboutPart() {
  const query = useQuery(settingsQuery);
  const { q = "" } = useSearch({ from: "/shell/settings" });
  const navigate = useNavigate({ from: "/settings" });
  const search = (next: string) =>
    void navigate({ search: (old) => ({ ...old, q: next || undefined }), replace: true });
  const found = (query.data?.settings ?? []).filter(({ key, value }) =>
    `${key}\n${shown(value)}`.toLowerCase().includes(q.toLowerCase()),
  );
  return (
    <>
      <QueryNotice query={query} />
      {query.data && (
        <>
          <dl className={`${classes.card} ${classes.facts}`}>
            <dt>{words.version}</dt>
            <dd>Muster {query.data.version}</dd>
            <dt>{words.licence}</dt>
            <dd>{words.licenceName}</dd>
            <dt>{words.built}</dt>
            <dd>{words.libraries}</dd>
            <dt>{words.api}</dt>
            <dd>
              <Anchor href="/docs" size="sm">
                {words.docs}
              </Anchor>
            </dd>
          </dl>
          <PartHead
            title={words.settings}
            actions={
              <TextInput
                type="search"
                aria-label={words.find}
                placeholder={words.find}
                leftSection={<SearchIcon />}
                value={q}
                onChange={(event) => search(event.currentTarget.value)}
              />
            }
          >
            {words.settingsWhat}
          </PartHead>
          <div className={classes.card}>
            <DataTable
              label={words.settings}
              columns={COLUMNS}
              rows={found}
              rowKey={({ key }) => key}
              emptyText={words.none}
            />
          </div>
        </>
      )}
    </>
  );
}

function shown(value: unknown): string {
  if (value === "" || value === null || (Array.isArray(value) && value.length === 0)) {
    return words.empty;
  }
  return Array.isArray(value) ? value.map(String).join(", ") : String(value);
}
