import { Button, Menu } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { isSignedOut } from "../api/error";
import { PersonIcon } from "../icons/icons";
import { text } from "../text";
import { sessionQuery, signOut } from "./queries";
import classes from "./session.module.css";

const { session: words } = text;

/** Who is signed in, and the way out. */
export function SessionMenu() {
  const { data: session } = useQuery(sessionQuery);
  const queries = useQueryClient();
  const navigate = useNavigate();
  const leave = useMutation({
    mutationFn: signOut,
    onSettled: (_data, error) => {
      if (error && !isSignedOut(error)) return;
      queries.clear();
      void navigate({ to: "/sign-in" });
    },
  });
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          size="sm"
          px={8}
          leftSection={<PersonIcon />}
          aria-label={words.account(session?.name)}
          classNames={{ label: classes.name, section: classes.icon }}
        >
          {session?.name}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{session?.is_admin ? words.admin : words.reader}</Menu.Label>
        {leave.isError && <Menu.Label c="var(--bad)">{words.signOutFailed}</Menu.Label>}
        {session?.is_admin && (
          <Menu.Item onClick={() => void navigate({ to: "/settings", search: { part: "users" } })}>
            {words.people}
          </Menu.Item>
        )}
        <Menu.Item component="a" href="/docs">
          {text.shell.apiDocs}
        </Menu.Item>
        <Menu.Item closeMenuOnClick={false} onClick={() => leave.mutate()}>
          {words.signOut}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
