import { Button, Checkbox } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { QueryNotice } from "../app/QueryNotice";
import { formatMoment } from "../format/time";
import { PlusIcon } from "../icons/icons";
import { type Column, DataTable } from "../tables/DataTable";
import { text } from "../text";
import { NewTokenDialog } from "./NewTokenDialog";
import { PartHead } from "./PartHead";
import { type TokenRow, tokensQuery } from "./queries";
import { RevokeDialog } from "./RevokeDialog";
import classes from "./settings.module.css";

const { tokens: words, columns: titles } = text.settings;

/** The tokens: make one, see what each may do, end one. */
export function TokensPart() {
  const query = useQuery(tokensQuery);
  const { ended = false } = useSearch({ from: "/shell/settings" });
  const navigate = useNavigate({ from: "/settings" });
  const [isMaking, setMaking] = useState(false);
  const [leaving, setLeaving] = useState<TokenRow | null>(null);
  const all = query.data ?? [];
  const shown = all.filter(({ state }) => ended || state === "valid");
  const hasEnded = all.some(({ state }) => state !== "valid");
  return (
    <>
      <PartHead
        title={words.title}
        actions={
          <Button leftSection={<PlusIcon />} onClick={() => setMaking(true)}>
            {words.create}
          </Button>
        }
      >
        {words.what}
      </PartHead>
      <QueryNotice query={query} />
      {query.data && (
        <div className={classes.card}>
          <DataTable
            hasCards
            label={words.label}
            columns={columns(setLeaving)}
            rows={shown}
            rowKey={({ id }) => id}
            emptyText={words.empty}
          />
        </div>
      )}
      {hasEnded && (
        <Checkbox
          label={words.showEnded}
          checked={ended}
          onChange={({ currentTarget: { checked } }) =>
            void navigate({
              search: (old) => ({ ...old, ended: checked || undefined }),
              replace: true,
            })
          }
        />
      )}
      {isMaking && <NewTokenDialog onClose={() => setMaking(false)} />}
      {leaving && <RevokeDialog token={leaving} onClose={() => setLeaving(null)} />}
    </>
  );
}

function columns(onRevoke: (token: TokenRow) => void): Column<TokenRow>[] {
  return [
    {
      title: titles.name,
      cell: ({ name, signs, state }) => (
        <span className={state === "valid" ? classes.name : classes.ended}>
          {name} {signs && <span className={classes.note}>{words.signs}</span>}
        </span>
      ),
    },
    {
      title: titles.scopes,
      cell: ({ scopes, enrolled, max_agents }) => (
        <span className={classes.chips}>
          {scopes.map((scope) => (
            <span key={scope} className={classes.chip} title={words.scopeNames[scope]}>
              {scope}
            </span>
          ))}
          {scopes.includes("agent") && (
            <span className={classes.note}>{words.enrolled(enrolled, max_agents)}</span>
          )}
        </span>
      ),
    },
    { title: titles.created, cell: ({ created_us }) => formatMoment(created_us) },
    {
      title: titles.expires,
      cell: ({ expires_us }) => (expires_us === null ? words.forEver : formatMoment(expires_us)),
    },
    { title: titles.state, cell: ({ state }) => words.states[state] ?? state },
    {
      title: titles.actions,
      isNumber: true,
      cell: (token) =>
        token.state === "valid" && (
          <Button
            size="compact-xs"
            variant="default"
            aria-label={words.revokeOf(token.name)}
            onClick={() => onRevoke(token)}
          >
            {words.revoke}
          </Button>
        ),
    },
  ];
}
