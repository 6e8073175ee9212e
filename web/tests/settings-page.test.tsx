import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { parseSettingsSearch } from "../src/settings/search";
import { openConsole, type Replies, SIGNED_IN } from "./console";

const HOSTILE = "<script>document.title='owned'</script>";

function makeToken(changes: object) {
  return {
    id: "t1",
    name: "grafana",
    scopes: ["read"],
    created_us: 1_795_245_673e6,
    expires_us: null,
    revoked_us: null,
    state: "valid",
    signs: false,
    ...changes,
  };
}

function server(tokens = [makeToken({})]): Replies {
  return {
    ...SIGNED_IN,
    "GET /console/v1/tokens": { body: tokens },
    "GET /console/v1/users": {
      body: [{ name: "ada", is_admin: true, created_us: 1_795_245_673e6, sessions: 2 }],
    },
  };
}

test("a token is made with its scopes, and its text is shown", async () => {
  const user = userEvent.setup();
  const replies = server([]);
  const made = { token: makeToken({}), text: "mst_secret" };
  replies["POST /console/v1/tokens"] = { status: 201, body: made };
  const { calls } = openConsole("/settings", replies);
  await user.click(await screen.findByRole("button", { name: "New token" }));
  const dialog = await screen.findByRole("dialog", { name: "New token" });
  await user.click(within(dialog).getByRole("button", { name: "Make token" }));
  expect(within(dialog).getByText(/so that you know it again/)).toBeVisible();
  await user.type(within(dialog).getByLabelText("Name"), "grafana");
  await user.click(within(dialog).getByLabelText(/write:logs/));
  await user.selectOptions(within(dialog).getByLabelText("Valid for"), "1 hour");
  await user.click(within(dialog).getByRole("button", { name: "Make token" }));
  expect(await screen.findByText("mst_secret")).toBeVisible();
  const sent = calls.filter(({ route }) => route === "POST /console/v1/tokens");
  expect(sent.map(({ body }) => body)).toEqual([
    { name: "grafana", scopes: ["read", "write:logs"], valid_s: 3600 },
  ]);
});

test("a token is revoked after a dialog that names it, and not by leaving it", async () => {
  const user = userEvent.setup();
  const replies = server();
  replies["DELETE /console/v1/tokens/t1"] = { status: 204 };
  const { calls } = openConsole("/settings", replies);
  const asked = () => calls.filter(({ route }) => route === "DELETE /console/v1/tokens/t1").length;
  await user.click(await screen.findByRole("button", { name: "Revoke token grafana" }));
  let dialog = await screen.findByRole("dialog", { name: "Revoke token grafana" });
  await user.click(within(dialog).getByRole("button", { name: "Cancel" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(asked()).toBe(0);
  await user.click(screen.getByRole("button", { name: "Revoke token grafana" }));
  dialog = await screen.findByRole("dialog", { name: "Revoke token grafana" });
  await user.click(within(dialog).getByRole("button", { name: "Revoke" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(asked()).toBe(1);
});

test("revoking a token shuts its agents out only when that is asked for", async () => {
  const user = userEvent.setup();
  const replies = server([makeToken({ scopes: ["agent"], enrolled: 3, max_agents: null })]);
  replies["DELETE /console/v1/tokens/t1"] = { status: 204 };
  const { calls } = openConsole("/settings", replies);
  await user.click(await screen.findByRole("button", { name: "Revoke token grafana" }));
  const dialog = await screen.findByRole("dialog", { name: "Revoke token grafana" });
  const box = within(dialog).getByLabelText("and shut out the 3 agents that enrolled with it");
  expect(box).not.toBeChecked();
  await user.click(box);
  await user.click(within(dialog).getByRole("button", { name: "Revoke" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  const ended = calls.filter(({ route }) => route === "DELETE /console/v1/tokens/t1");
  expect(ended.map(({ url }) => url.search)).toEqual(["?agents=true"]);
});

test("ended tokens are listed only when asked for, and a name stays text", async () => {
  const user = userEvent.setup();
  const revoked = makeToken({ id: "t2", name: HOSTILE, state: "revoked" });
  const { container, router } = openConsole("/settings", server([makeToken({}), revoked]));
  await screen.findByText("grafana");
  expect(screen.queryByText(HOSTILE)).toBeNull();
  await user.click(screen.getByLabelText("Show expired and revoked ones"));
  expect(await screen.findByText(HOSTILE)).toBeVisible();
  expect(container.querySelector("script")).toBeNull();
  expect(router.state.location.search).toMatchObject({ ended: true });
});

test("nobody can remove themselves", async () => {
  openConsole("/settings?part=users", server());
  expect(await screen.findByRole("button", { name: "Remove ada" })).toBeDisabled();
  expect(screen.getByRole("button", { name: "Sign ada out everywhere" })).toBeEnabled();
});

test("who is no administrator is told so, and nothing is asked", async () => {
  const replies = server();
  replies["GET /console/v1/session"] = { body: { name: "bo", is_admin: false, timezone: "UTC" } };
  const { calls } = openConsole("/settings", replies);
  expect(await screen.findByText("Only administrators see this.")).toBeVisible();
  expect(calls.some(({ route }) => route.includes("tokens"))).toBe(false);
});

test("the address keeps the part, and nothing that is none", () => {
  expect(parseSettingsSearch({ part: "users", q: "tls" })).toMatchObject({
    part: "users",
    q: "tls",
  });
  expect(parseSettingsSearch({ part: "../x", ended: "yes", q: 3 })).toEqual({});
});
