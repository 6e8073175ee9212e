import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { runsNewest } from "../src/fleet/runners/RunnerState";
import type { RunnerLine } from "../src/fleet/types";
import { openConsole, type Replies, SIGNED_IN } from "./console";
import { makeRunner } from "./fleet-lines";

function serverWith(runners: RunnerLine[], more: Replies = {}): Replies {
  return {
    ...SIGNED_IN,
    "GET /console/v1/runners": { body: { server_us: 1_795_245_673e6, runners } },
    "GET /console/v1/agents": { body: { server_us: 0, agents: [] } },
    ...more,
  };
}

function failing(): RunnerLine {
  const runner = makeRunner({ name: "app" });
  const status = {
    ...runner.status,
    state: "failed",
    reason: "no such file",
    errors: ["one", "two"],
  };
  return { ...runner, status: status as RunnerLine["status"] };
}

test("a runner shows what it does, why it failed, and the configuration that really runs", async () => {
  const late = makeRunner({ name: "late", config_us: 1_795_245_999_000_000 });
  expect(runsNewest(late)).toBe(false);
  openConsole("/fleet/runners", serverWith([failing(), late, makeRunner({ status: null })]));
  const [, app, behind, silent] = await screen.findAllByRole("row");
  expect(app).toHaveTextContent("Failed");
  expect(app).toHaveTextContent("no such file");
  expect(behind).toHaveTextContent("runs the one of");
  expect(silent).toHaveTextContent("No word yet should be running");
});

test("stopping says what it does and names the runner", async () => {
  const user = userEvent.setup();
  const effects = {
    agents: ["agent-1"],
    runners: [{ agent_id: "agent-1", name: "nginx", effect: "stopped" }],
  };
  const { calls } = openConsole(
    "/fleet/runners",
    serverWith([makeRunner()], { "POST /v1/api/runners/stop": { body: effects } }),
  );
  await user.click(await screen.findByRole("checkbox", { name: "Select nginx on web-1" }));
  await user.click(screen.getByRole("button", { name: "Stop" }));
  const dialog = await screen.findByRole("dialog", { name: "Stop 1 runner" });
  expect(await within(dialog).findByText("1 runner stopped")).toBeVisible();
  const [asked] = calls.filter(({ route }) => route === "POST /v1/api/runners/stop");
  expect(asked?.body).toEqual([{ config_name: "nginx", agent_id: "agent-1" }]);
  expect(asked?.url.searchParams.get("dry_run")).toBe("true");
});

test("the last errors of a runner are shown, the newest first", async () => {
  openConsole("/fleet/runners?open=agent-1%20app", serverWith([failing()]));
  const drawer = await screen.findByRole("dialog");
  const errors = within(drawer).getAllByRole("listitem");
  expect(errors.map(({ textContent }) => textContent)).toEqual(["two", "one"]);
});

test("the rows of a log runner, and the lines that failed, are a click away", async () => {
  const status = { ...makeRunner().status, failed: 3 } as RunnerLine["status"];
  openConsole(
    "/fleet/runners?open=agent-1%20nginx",
    serverWith([makeRunner({ kind: "tailx", status })]),
  );
  const drawer = within(await screen.findByRole("dialog"));
  const asked = (name: string) =>
    new URL(
      drawer.getByRole("link", { name }).getAttribute("href") ?? "",
      location.href,
    ).searchParams.get("q");
  expect(asked("Rows in the logs")).toBe("agent:web-1 runner:nginx");
  expect(asked("Lines that failed")).toBe("agent:web-1 runner:nginx parse_error:*");
});

test("a metric runner has no rows in the logs", async () => {
  openConsole(
    "/fleet/runners?open=agent-1%20cpu",
    serverWith([makeRunner({ name: "cpu", kind: "metric" })]),
  );
  const drawer = within(await screen.findByRole("dialog"));
  expect(drawer.queryByRole("link", { name: "Rows in the logs" })).toBeNull();
});
