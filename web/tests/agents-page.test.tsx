import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import type { AgentLine } from "../src/fleet/types";
import { openConsole, type Replies, SIGNED_IN } from "./console";
import { makeAgent, makeRunner } from "./fleet-lines";

const RUBBISH = '<script>alert(1)</script>"&\u202e👾';
const NOW_US = 1_795_245_673e6;

function serverWith(agents: AgentLine[], more: Replies = {}): Replies {
  return {
    ...SIGNED_IN,
    "GET /console/v1/agents": { body: { server_us: NOW_US, agents } },
    "GET /console/v1/runners": { body: { server_us: NOW_US, runners: [] } },
    "GET /v1/api/tags": { body: { tags: [], totalSize: 0 } },
    ...more,
  };
}

test("agents are rows with tags, version, runners and rows; rubbish stays text", async () => {
  const { container } = openConsole(
    "/fleet",
    serverWith([
      makeAgent({
        hostname: RUBBISH,
        tags: ["web"],
        runners: { wanted: 3, running: 1, stopped: 0, failed: 2, unknown: 0 },
        rows: { collected: 1200, acknowledged: 1000, waiting: 200, lost: 0 },
        upgrade: "available",
        upgrade_to: "0.3.0",
      }),
    ]),
  );
  const row = (await screen.findAllByRole("row"))[1] as HTMLElement;
  expect(within(row).getByRole("button", { name: /script/ }).textContent).toBe(RUBBISH);
  for (const text of ["Online", "1 of 3 running", "2 failed", "1,000 stored", "0.3.0 available"]) {
    expect(row).toHaveTextContent(text);
  }
  expect(container.querySelector("script")).toBeNull();
});

test("search and filters are part of the address", async () => {
  const user = userEvent.setup();
  const { router } = openConsole(
    "/fleet?tag=web",
    serverWith([
      makeAgent({ id: "1", hostname: "one", tags: ["web"] }),
      makeAgent({ id: "2", hostname: "two", tags: ["db"] }),
    ]),
  );
  await screen.findByRole("button", { name: "one" });
  expect(screen.queryByRole("button", { name: "two" })).toBeNull();
  await user.type(screen.getByRole("searchbox", { name: "Search agents" }), "zzz");
  expect(await screen.findByText("Nothing matches these filters.")).toBeVisible();
  expect(router.state.location.search).toEqual({ tag: "web", q: "zzz" });
  await user.click(screen.getByRole("button", { name: "Clear filters" }));
  expect(await screen.findByRole("button", { name: "two" })).toBeVisible();
});

test("a tag is put on chosen agents after the dialog said whom it touches, and can be undone", async () => {
  const user = userEvent.setup();
  const revisions = { body: { revisions: [{ id: 6 }, { id: 5 }] } };
  const replies = serverWith([makeAgent({ id: "1", hostname: "one" }), makeAgent({ id: "2" })], {
    "GET /v1/api/revisions": revisions,
    "POST /v1/api/tags/web": {
      body: {
        dry_run: true,
        agents: ["1"],
        runners: [{ agent_id: "1", name: "nginx", effect: "added" }],
      },
    },
    "POST /v1/api/revisions/7/restore": { body: undefined },
  });
  const { calls } = openConsole("/fleet", replies);
  await user.click(await screen.findByRole("checkbox", { name: "Select one" }));
  await user.click(screen.getByRole("button", { name: "Add tag" }));
  const dialog = await screen.findByRole("dialog", { name: "Add tag" });
  await user.type(within(dialog).getByRole("combobox", { name: "Tag" }), "web");
  await user.click(within(dialog).getByRole("button", { name: "Add tag" }));
  const confirm = await screen.findByRole("dialog", { name: "Put tag web on 1 agent" });
  expect(await within(confirm).findByText("This touches 1 agent.")).toBeVisible();
  expect(confirm).toHaveTextContent("1 runner added");
  const tries = calls.filter(({ route }) => route === "POST /v1/api/tags/web");
  expect(tries.map(({ url }) => url.search)).toEqual(["?dry_run=true"]);
  expect(tries[0]?.body).toEqual({ agent_ids: ["1"] });
  let asked = 0;
  Object.defineProperty(replies, "GET /v1/api/revisions", {
    get: () => {
      asked += 1;
      return asked === 1 ? revisions : { body: { revisions: [{ id: 7 }, { id: 6 }] } };
    },
  });
  await user.click(within(confirm).getByRole("button", { name: "Add tag" }));
  await user.click(await screen.findByRole("button", { name: "Undo" }));
  expect(await screen.findByText("Undone.")).toBeVisible();
  const undone = calls.find(({ route }) => route === "POST /v1/api/revisions/7/restore");
  expect(undone?.url.search).toBe("?to=before");
});

test("details tell whether all that was read is stored", async () => {
  const stream = {
    agent: {
      stream: "logs.nginx",
      ...{ collected: 12, dropped: 0, spooled: 12, thinned: 0, quarantined: 0 },
      ...{ acknowledged: 12, waiting: 0, waiting_bytes: 0 },
    },
    ...{ stored: 9, imported: 0, missing_batches: 1, balanced: true },
  };
  openConsole(
    "/fleet?open=agent-1",
    serverWith([makeAgent({})], {
      "GET /v1/api/agents/agent-1/ledger": { body: { streams: [stream] } },
      "GET /v1/api/agents/agent-1/commands": { body: { commands: [] } },
      "GET /console/v1/runners": {
        body: { server_us: NOW_US, runners: [makeRunner({ status: null })] },
      },
    }),
  );
  const drawer = await screen.findByRole("dialog");
  expect(await within(drawer).findByText("3 rows differ")).toBeInTheDocument();
  expect(drawer).toHaveTextContent("1 batch missing");
  expect(drawer).not.toHaveTextContent("Every row that was sent is stored");
  await waitFor(() => expect(drawer).toHaveTextContent("No word yet"));
});

test("an agent is shut out from its details, after a dialog that names what follows", async () => {
  const user = userEvent.setup();
  const changed = { body: { is_shut_out: true, agents: ["agent-1"], revision: 7 } };
  const { calls } = openConsole(
    "/fleet?open=agent-1",
    serverWith([makeAgent({ hostname: "one" })], {
      "GET /v1/api/revisions": { body: { revisions: [{ id: 6 }] } },
      "POST /console/v1/agents/agent-1/shut-out": changed,
    }),
  );
  const drawer = await screen.findByRole("dialog", { name: "one" });
  await user.click(await within(drawer).findByRole("button", { name: "Shut out" }));
  const confirm = await screen.findByRole("dialog", { name: "Shut out one" });
  expect(confirm).toHaveTextContent("Its credential counts no more, at once");
  expect(await within(confirm).findByText("This touches 1 agent.")).toBeVisible();
  await user.click(within(confirm).getByRole("button", { name: "Shut out" }));
  expect(await screen.findByText("Done: Shut out one.")).toBeVisible();
  const asked = calls.filter(({ route }) => route.endsWith("/shut-out"));
  expect(asked.map(({ url }) => url.search)).toEqual(["?dry_run=true", ""]);
});

test("one that is shut out says so, with the way back", async () => {
  const replies = serverWith([makeAgent({ hostname: "one", state: "shut out" })]);
  openConsole("/fleet?open=agent-1", replies);
  const drawer = await screen.findByRole("dialog", { name: "one" });
  expect(await within(drawer).findByRole("button", { name: "Let in again" })).toBeVisible();
  expect(drawer).toHaveTextContent("This agent is shut out");
  expect(screen.getAllByText("Shut out")[0]).toBeInTheDocument();
});
