import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { isPorts } from "../src/settings/collecting/PortsField";
import { openConsole, type Replies, SIGNED_IN } from "./console";

const PATH = "/settings?part=collection";
const ROUTE = "PUT /console/v1/collecting";

function rule(changes: object) {
  return {
    ...{ scope: "all", target: "", name: "", agents: 12 },
    ...{ ports: null, groups: {}, interval_s: null },
    ...changes,
  };
}

const OF_WEB = rule({ scope: "tag", target: "web", name: "web", agents: 5, ports: ["443"] });

function server(...rules: object[]): Replies {
  const groups = ["cpu", "processes"];
  return {
    ...SIGNED_IN,
    "GET /console/v1/collecting": {
      body: { is_open: true, own_interval_s: 10, groups, rules: [rule({}), ...rules] },
    },
    "GET /console/v1/agents": { body: { server_us: 0, agents: [] } },
    "GET /v1/api/tags": { body: { tags: [{ name: "web", agent_ids: [], config_names: [] }] } },
    "GET /v1/api/revisions": { body: { revisions: [] } },
    [ROUTE]: { body: { agents: ["a", "b"], revision: 7 } },
    "POST /v1/api/revisions/7/restore": { status: 200 },
  };
}

function sent(calls: { route: string; body: unknown; url: URL }[], dry_run: boolean) {
  const mine = calls.filter(({ route }) => route === ROUTE);
  return mine
    .filter(({ url }) => url.searchParams.has("dry_run") === dry_run)
    .map(({ body }) => body);
}

test("a port and a group for all are tried, saved and taken back", async () => {
  const user = userEvent.setup();
  const { calls } = openConsole(PATH, server());
  await user.click(await screen.findByLabelText("Watch ports"));
  await user.type(screen.getByRole("combobox", { name: "Ports" }), "443,3000-3007,");
  await user.click(screen.getByLabelText("Processes"));
  await user.type(screen.getByLabelText("Seconds between samples"), "30");
  await user.click(screen.getByRole("button", { name: "Save" }));
  const dialog = await screen.findByRole("dialog", { name: "Change what all agents collect" });
  expect(await within(dialog).findByText("This touches 2 agents.")).toBeVisible();
  const body = {
    ...{ scope: "all", target: "", ports: ["443", "3000-3007"] },
    ...{ groups: { processes: false }, interval_s: 30 },
  };
  expect([sent(calls, true), sent(calls, false)]).toEqual([[body], []]);
  await user.click(within(dialog).getByRole("button", { name: "Save" }));
  await waitFor(() => expect(sent(calls, false)).toEqual([body]));
  await user.click(await screen.findByRole("button", { name: "Undo" }));
  expect(await screen.findByText("Undone.")).toBeVisible();
  const undone = calls.find(({ route }) => route.endsWith("/restore"));
  expect(undone?.url.search).toBe("?to=before");
});

test("what is no port is not sent", async () => {
  const user = userEvent.setup();
  openConsole(PATH, server());
  await user.click(await screen.findByLabelText("Watch ports"));
  await user.type(screen.getByRole("combobox", { name: "Ports" }), "ssh,");
  expect(await screen.findByText(/ssh is no port/)).toBeVisible();
  expect(screen.getByRole("button", { name: "Save" })).toBeDisabled();
});

test("a rule is made for a tag", async () => {
  const user = userEvent.setup();
  const { calls } = openConsole(PATH, server());
  await user.click(await screen.findByRole("button", { name: "Add a rule" }));
  const form = await screen.findByRole("form", { name: "Add a rule" });
  await user.click(within(form).getByRole("combobox", { name: "For" }));
  await user.click(await screen.findByRole("option", { name: "web" }));
  await user.selectOptions(within(form).getByLabelText("Processor"), "off");
  await user.click(within(form).getByRole("button", { name: "Save" }));
  const dialog = await screen.findByRole("dialog", { name: /machines with the tag web/ });
  await within(dialog).findByText("This touches 2 agents.");
  await user.click(within(dialog).getByRole("button", { name: "Save" }));
  await waitFor(() =>
    expect(sent(calls, false)).toEqual([
      { scope: "tag", target: "web", ports: null, groups: { cpu: false }, interval_s: null },
    ]),
  );
});

test("a rule says whom it is for, and is deleted after a dialog", async () => {
  const user = userEvent.setup();
  const { calls } = openConsole(PATH, server(OF_WEB));
  const row = await screen.findByRole("row", { name: /tag web/ });
  expect(row).toHaveTextContent("443");
  expect(row).toHaveTextContent("5");
  await user.click(within(row).getByRole("button", { name: "Delete the rule for tag web" }));
  const dialog = await screen.findByRole("dialog", { name: "Delete the rule for tag web" });
  await within(dialog).findByText("This touches 2 agents.");
  await user.click(within(dialog).getByRole("button", { name: "Delete" }));
  await waitFor(() =>
    expect(sent(calls, false)).toEqual([
      { scope: "tag", target: "web", ports: null, groups: {}, interval_s: null },
    ]),
  );
});

test("collection stops only after a dialog that says what that means", async () => {
  const user = userEvent.setup();
  const { calls } = openConsole(PATH, server());
  await user.click(await screen.findByRole("switch", { name: "Agents take samples" }));
  const dialog = await screen.findByRole("dialog", { name: "Stop taking samples" });
  expect(within(dialog).getByText(/Every agent stops within seconds/)).toBeVisible();
  await within(dialog).findByText("This touches 2 agents.");
  await user.click(within(dialog).getByRole("button", { name: "Stop" }));
  await waitFor(() => expect(sent(calls, false)).toMatchObject([{ scope: "all", is_open: false }]));
});

test.each(["1", "65535", "3000-3007", " 80 - 90 "])("%j are ports", (port) => {
  expect(isPorts(port)).toBe(true);
});

test.each(["", "0", "65536", "9-8", "80-", "ssh", "1-2-3"])("%j are none", (port) => {
  expect(isPorts(port)).toBe(false);
});
