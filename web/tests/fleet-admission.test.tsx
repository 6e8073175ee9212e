import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { deleteAgents, untagAgents } from "../src/fleet/agents/changes";
import { openConsole, type Replies, SIGNED_IN } from "./console";
import { makeAgent, makeRunner } from "./fleet-lines";

const SHUT_OUT = "GET /console/v1/shut-out";
const IDS = Array.from({ length: 10_000 }, (_, number) => String(number).padStart(32, "0"));

function gone(changes: object) {
  return {
    ...{ agent_id: "a1", hostname: "old-laptop", address: "10.0.0.9", platform: "Linux" },
    ...{ since_us: 1_795_245_673e6, last_seen_us: 1_795_245_600e6, token: "t1" },
    ...{ is_deleted: true, ...changes },
  };
}

function server(more: Replies = {}): Replies {
  return {
    ...SIGNED_IN,
    [SHUT_OUT]: { body: [gone({})] },
    "GET /console/v1/agents": { body: { server_us: 0, agents: [] } },
    "GET /console/v1/runners": { body: { server_us: 0, runners: [] } },
    "GET /v1/api/revisions": { body: { revisions: [] } },
    "GET /v1/api/release": { body: [] },
    "GET /v1/api/tags": { body: { tags: [] } },
    "GET /v1/api/configs": { body: { configs: [] } },
    ...more,
  };
}

test("a deleted agent that is shut out is listed and let in again", async () => {
  const user = userEvent.setup();
  const route = "POST /console/v1/agents/a1/let-in";
  const replies = server({
    [route]: { body: { is_shut_out: false, agents: ["a1"], revision: 3 } },
  });
  const { calls } = openConsole("/fleet/shut-out", replies);
  const row = await screen.findByRole("row", { name: /old-laptop/ });
  expect(row).toHaveTextContent("deleted");
  await user.click(within(row).getByRole("button", { name: "Let old-laptop in again" }));
  const dialog = await screen.findByRole("dialog", { name: "Let old-laptop in again" });
  await within(dialog).findByText("This touches 1 agent.");
  replies[SHUT_OUT] = { body: [] };
  await user.click(within(dialog).getByRole("button", { name: "Let in again" }));
  expect(await screen.findByText("Nobody is shut out.")).toBeVisible();
  const made = calls.filter((call) => call.route === route).map(({ url }) => url.search);
  expect(made).toEqual(["?dry_run=true", ""]);
});

test("who is no administrator sees them, and cannot let them in", async () => {
  const session = { body: { name: "bo", is_admin: false, timezone: "UTC" } };
  openConsole("/fleet/shut-out", server({ "GET /console/v1/session": session }));
  await screen.findByRole("row", { name: /old-laptop/ });
  expect(screen.queryByRole("button", { name: /in again/ })).toBeNull();
});

test("ten thousand ids are in the body, and none in the address", () => {
  for (const change of [deleteAgents(IDS), untagAgents("web", IDS)]) {
    expect(change.path.length + JSON.stringify(change.query ?? {}).length).toBeLessThan(100);
    expect(change.body).toMatchObject({ agent_ids: IDS });
  }
});

test("a runner that the agent runs by itself is listed and cannot be told anything", async () => {
  const system = makeRunner({ name: "system", kind: "", config_us: 0, is_built_in: true });
  const body = { server_us: 0, runners: [system, makeRunner()] };
  openConsole(
    "/fleet/runners?open=agent-1%20system",
    server({ "GET /console/v1/runners": { body } }),
  );
  const drawer = await screen.findByRole("dialog", { name: "system on web-1" });
  expect(within(drawer).getByText(/runs it by itself/)).toBeVisible();
  expect(within(drawer).queryByRole("button", { name: "Stop" })).toBeNull();
  const row = screen.getByRole("row", { name: /system/, hidden: true });
  expect(row).toHaveTextContent("built in");
  const options = { name: "Select system on web-1", hidden: true };
  expect(screen.queryByRole("checkbox", options)).toBeNull();
});

test("with few runners the page says how to get more", async () => {
  const body = { server_us: 0, runners: [makeRunner()] };
  openConsole("/fleet/runners", server({ "GET /console/v1/runners": { body } }));
  const hint = await screen.findByRole("note");
  expect(within(hint).getByRole("link")).toHaveAttribute("href", "/fleet/configs");
});

test("a tag without agents and a configuration without tags say what to do next", async () => {
  const tag = { name: "web", note: "", agent_ids: [], config_names: [], create_time: 0 };
  const config = {
    ...{ name: "nginx", note: "", tags: [], agents: [], config: { reader: { mode: "tailx" } } },
    ...{ timestamp: 1, create_time: 1 },
  };
  const replies = server({
    "GET /v1/api/tags": { body: { tags: [tag] } },
    "GET /v1/api/configs": { body: { configs: [config] } },
  });
  const { router } = openConsole("/fleet/tags", replies);
  expect(await screen.findByRole("note")).toHaveTextContent("Without agents: web.");
  await router.navigate({ to: "/fleet/configs" });
  expect(await screen.findByText(/Nobody runs nginx/)).toBeVisible();
});

test("without a package the commands that make one can be copied, with the server's directory", async () => {
  const storage = {
    tables: [],
    databases: [],
    data: "/srv/my data",
    disk_bytes: 1,
    disk_free_bytes: 1,
  };
  openConsole("/fleet/releases", server({ "GET /console/v1/storage": { body: storage } }));
  const command = "muster release add --data '/srv/my data' muster-agent-*.zip";
  expect(await screen.findByText(command)).toBeVisible();
  expect(screen.getByText("make release")).toBeVisible();
});

test("an upgrade says to which version each agent goes", async () => {
  const user = userEvent.setup();
  const agent = makeAgent({ id: "a1", hostname: "one", upgrade: "available", upgrade_to: "0.3.0" });
  const effects = {
    agents: ["a1"],
    upgrades: [{ agent_id: "a1", version: "0.3.0", reason: "" }],
  };
  openConsole(
    "/fleet",
    server({
      "GET /console/v1/agents": { body: { server_us: 0, agents: [agent] } },
      "POST /v1/api/agents/upgrade": { body: effects },
    }),
  );
  await user.click(await screen.findByRole("checkbox", { name: "Select one" }));
  await user.click(screen.getByRole("button", { name: "Upgrade" }));
  const dialog = await screen.findByRole("dialog", { name: "Upgrade 1 agent" });
  await waitFor(() => expect(within(dialog).getByText("1 agent to 0.3.0")).toBeVisible());
});
