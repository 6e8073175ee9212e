import { Anchor, Button, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { QueryNotice } from "../app/QueryNotice";
import { SearchIcon } from "../icons/icons";
import { type Column, DataTable } from "../tables/DataTable";
import { text } from "../text";
import { PartHead } from "./PartHead";
import { type SettingRow, settingsQuery } from "./queries";
import classes from "./settings.module.css";
import { shownValue } from "./shownValue";
import { useEditing } from "./useEditing";

const { about: words, columns: titles } = text.settings;

const columns = (edit: (row: SettingRow) => void): Column<SettingRow>[] => [
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
        <span className={shownValue(value) === shownValue(usual) ? undefined : classes.changed}>
          {shownValue(value)}
        </span>
      </span>
    ),
  },
  {
    title: titles.fallback,
    cell: ({ default: usual }) => <span className={classes.value}>{shownValue(usual)}</span>,
  },
  {
    title: titles.origin,
    cell: ({ origin }) => text.settings.edit.origin(origin),
  },
  {
    title: titles.change,
    cell: (row) =>
      row.is_editable ? (
        <Button
          size="compact-xs"
          variant="default"
          aria-label={text.settings.edit.title(row.key)}
          onClick={() => edit(row)}
        >
          {text.settings.edit.change}
        </Button>
      ) : row.is_reloadable ? (
        words.atOnce
      ) : (
        words.restart
      ),
  },
];

/** The version, what it is made with, and every setting in force. */
export function AboutPart() {
  const query = useQuery(settingsQuery);
  const { q = "" } = useSearch({ from: "/shell/settings" });
  const navigate = useNavigate({ from: "/settings" });
  const { edit, shown } = useEditing();
  const search = (next: string) =>
    void navigate({ search: (old) => ({ ...old, q: next || undefined }), replace: true });
  const found = (query.data?.settings ?? []).filter(({ key, value }) =>
    `${key}\n${shownValue(value)}`.toLowerCase().includes(q.toLowerCase()),
  );
  return (
    <>
      <QueryNotice query={query} />
      {query.data && (
        <>
          <dl className={`${classes.card} ${classes.facts}`}>
            <dt>{words.version}</dt>
            <dd>{`${text.shell.name} ${query.data.version}`}</dd>
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
          {shown}
          <div className={classes.card}>
            <DataTable
              hasCards
              label={words.settings}
              columns={columns(edit)}
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
