import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { QueryNotice } from "../app/QueryNotice";
import { formatMoment } from "../format/time";
import { PlusIcon } from "../icons/icons";
import { sessionQuery } from "../session/queries";
import { type Column, DataTable } from "../tables/DataTable";
import { text } from "../text";
import { LinkDialog } from "./LinkDialog";
import { PartHead } from "./PartHead";
import { EndDialog, type Ending } from "./PersonEnding";
import { AddPersonDialog, PasswordDialog } from "./PersonForms";
import { type User, usersQuery } from "./queries";
import classes from "./settings.module.css";

const { users: words, columns: titles } = text.settings;

type Open = { kind: "add" | "link" } | { kind: "password" | Ending; name: string };

/** Who signs in with a password: add people, give new passwords, sign them out, remove them. */
export function UsersPart() {
  const query = useQuery(usersQuery);
  const { data: session } = useQuery(sessionQuery);
  const [open, setOpen] = useState<Open | null>(null);
  const close = () => setOpen(null);
  return (
    <>
      <PartHead
        title={words.title}
        actions={
          <>
            <Button variant="default" onClick={() => setOpen({ kind: "link" })}>
              {words.link}
            </Button>
            <Button leftSection={<PlusIcon />} onClick={() => setOpen({ kind: "add" })}>
              {words.add}
            </Button>
          </>
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
            columns={columns(session?.name, setOpen)}
            rows={query.data}
            rowKey={({ name }) => name}
            emptyText={words.empty}
          />
        </div>
      )}
      {open?.kind === "add" && <AddPersonDialog onClose={close} />}
      {open?.kind === "link" && <LinkDialog onClose={close} />}
      {open?.kind === "password" && <PasswordDialog name={open.name} onClose={close} />}
      {(open?.kind === "signOut" || open?.kind === "remove") && (
        <EndDialog kind={open.kind} name={open.name} onClose={close} />
      )}
    </>
  );
}

function columns(me: string | undefined, onOpen: (open: Open) => void): Column<User>[] {
  return [
    {
      title: titles.name,
      cell: ({ name }) => (
        <span className={classes.name}>
          {name} {name === me && <span className={classes.note}>{words.you}</span>}
        </span>
      ),
    },
    { title: titles.role, cell: ({ is_admin }) => (is_admin ? words.admin : words.reader) },
    { title: titles.created, cell: ({ created_us }) => formatMoment(created_us) },
    { title: titles.sessions, cell: ({ sessions }) => words.places(sessions) },
    {
      title: titles.actions,
      isNumber: true,
      cell: ({ name, sessions }) => (
        <span className={classes.rowActions}>
          <Action
            label={words.signOutOf(name)}
            isOff={sessions === 0}
            onClick={() => onOpen({ kind: "signOut", name })}
          >
            {words.signOut}
          </Action>
          <Action
            label={words.setPasswordOf(name)}
            onClick={() => onOpen({ kind: "password", name })}
          >
            {words.setPassword}
          </Action>
          <Action
            label={words.removeOf(name)}
            isOff={name === me}
            onClick={() => onOpen({ kind: "remove", name })}
          >
            {words.remove}
          </Action>
        </span>
      ),
    },
  ];
}

interface ActionProps {
  label: string;
  children: string;
  isOff?: boolean;
  onClick: () => void;
}

function Action({ label, children, isOff, onClick }: ActionProps) {
  return (
    <Button
      size="compact-xs"
      variant="default"
      aria-label={label}
      disabled={isOff}
      onClick={onClick}
    >
      {children}
    </Button>
  );
}
