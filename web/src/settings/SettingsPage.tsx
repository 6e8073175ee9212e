import { Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Notice } from "../app/Notice";
import { PageHead } from "../app/PageHead";
import { QueryNotice } from "../app/QueryNotice";
import { sessionQuery } from "../session/queries";
import { text } from "../text";
import { AboutPart } from "./AboutPart";
import { CollectionPart } from "./collecting/CollectionPart";
import { StoragePart } from "./StoragePart";
import { PARTS, type Part } from "./search";
import classes from "./settings.module.css";
import { TokensPart } from "./TokensPart";
import { UsersPart } from "./UsersPart";

const CONTENT = {
  tokens: TokensPart,
  users: UsersPart,
  storage: StoragePart,
  collection: CollectionPart,
  about: AboutPart,
} as const satisfies Record<Part, () => unknown>;

/** What administrators manage: tokens, people, storage, collection, and the settings in force. */
export function SettingsPage() {
  const session = useQuery(sessionQuery);
  const { part = "tokens" } = useSearch({ from: "/shell/settings" });
  const navigate = useNavigate({ from: "/settings" });
  const Content = CONTENT[part];

  return (
    <>
      <PageHead title={text.settings.title} />
      <QueryNotice query={session} />
      {session.data && !session.data.is_admin && <Notice>{text.settings.adminsOnly}</Notice>}
      {session.data?.is_admin && (
        <Tabs
          value={part}
          onChange={(next) => void navigate({ search: { part: next as Part } })}
          keepMounted={false}
          classNames={{ list: classes.tabs }}
        >
          <Tabs.List aria-label={text.settings.title}>
            {PARTS.map((each) => (
              <Tabs.Tab key={each} value={each}>
                {text.settings.parts[each]}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          <Tabs.Panel value={part} className={classes.panel}>
            <Content />
          </Tabs.Panel>
        </Tabs>
      )}
    </>
  );
}
