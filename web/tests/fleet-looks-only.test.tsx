import { screen, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { openConsole, type Replies } from "./console";
import { makeRunner } from "./fleet-lines";

const RUNNER = makeRunner({ name: "app" });
const LOOKS: Replies = {
  "GET /console/v1/session": { body: { name: "bob", is_admin: false, timezone: "UTC" } },
  "GET /console/v1/agents": { body: { server_us: 0, agents: [] } },
  "GET /console/v1/runners": { body: { server_us: 0, runners: [RUNNER] } },
  "GET /v1/api/configs": { body: { configs: [] } },
  "GET /v1/api/tags": {
    body: { tags: [{ name: "web", note: "", agent_ids: [], config_names: [] }] },
  },
};

test.each([
  ["/fleet/configs", "New configuration"],
  ["/fleet/tags", "New tag"],
])("who looks only is told so at %s and not offered “%s”", async (path, offer) => {
  openConsole(path, LOOKS);
  expect(await screen.findByText(/You look only/)).toBeVisible();
  await screen.findByRole("heading", { level: 1 });
  expect(screen.queryByRole("button", { name: offer })).toBeNull();
});

test("who looks only opens a tag, and finds nothing that changes it", async () => {
  openConsole("/fleet/tags?open=web", LOOKS);
  const tag = within(await screen.findByRole("dialog"));
  expect(await tag.findByLabelText("Note")).toHaveAttribute("readonly");
  expect(tag.queryByRole("button", { name: /Delete|Save/ })).toBeNull();
});

test("who looks only opens a runner, and is offered no orders", async () => {
  const { agent_id, name } = RUNNER;
  openConsole(`/fleet/runners?open=${agent_id}+${name}`, LOOKS);
  const runner = within(await screen.findByRole("dialog"));
  expect(await runner.findByText("Edit configuration")).toBeVisible();
  expect(runner.queryByRole("button", { name: "Stop" })).toBeNull();
});
