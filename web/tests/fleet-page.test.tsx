import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import type { FleetHost } from "../src/api/types";
import { openConsole, type Replies, SIGNED_IN } from "./console";
import { makeHost } from "./hosts";

const RUBBISH = '<script>alert(1)</script>"&\u202e\u0007 👾';

function serverWith(hosts: FleetHost[]): Replies {
  const fleet = { server_us: 1_795_245_673e6, interval_s: 10, span_s: 1800, step_s: 60, hosts };
  return { ...SIGNED_IN, "GET /console/v1/fleet": { body: fleet } };
}

test("machines are rows with state as a word, readings and a link", async () => {
  openConsole("/", serverWith([makeHost({}), makeHost({ agent_id: "b/2", state: "offline" })]));
  const table = await screen.findByRole("table", { name: "Machines" });
  const [, online, offline] = within(table).getAllByRole("row");
  expect(online).toHaveTextContent("web-1");
  expect(online).toHaveTextContent("Online");
  expect(online).toHaveTextContent("12.3 %");
  expect(online).toHaveTextContent("2 KiB/s");
  expect(offline).toHaveTextContent("Offline");
  expect(within(offline as HTMLElement).getByRole("link")).toHaveAttribute("href", "/hosts/b%2F2");
  expect(screen.getByText("2 machines, 1 online, 1 offline")).toBeVisible();
});

test("a machine with a rubbish name and no readings stays text", async () => {
  const nothing = { cpu_percent: null, memory_percent: null, disk_percent: null };
  const { container } = openConsole("/", serverWith([makeHost({ hostname: RUBBISH, ...nothing })]));
  const link = await screen.findByRole("link", { name: /script/ });
  expect(link.textContent).toBe(RUBBISH);
  expect(container.querySelector("script")).toBeNull();
  expect(container.textContent).not.toMatch(/null|NaN|undefined/);
});

test("a click on a column sorts by it, another one turns the order", async () => {
  const user = userEvent.setup();
  openConsole(
    "/",
    serverWith([
      makeHost({ agent_id: "1", hostname: "idle", cpu_percent: 1 }),
      makeHost({ agent_id: "2", hostname: "zealous", cpu_percent: 99 }),
    ]),
  );
  await user.click(await screen.findByRole("button", { name: "CPU" }));
  const header = await screen.findByRole("columnheader", { name: "CPU" });
  await vi.waitFor(() => expect(header).toHaveAttribute("aria-sort", "descending"));
  expect(screen.getAllByRole("row")[1]).toHaveTextContent("zealous");
  await user.click(screen.getByRole("button", { name: "CPU" }));
  await vi.waitFor(() => expect(header).toHaveAttribute("aria-sort", "ascending"));
  expect(screen.getAllByRole("row")[1]).toHaveTextContent("idle");
});

test("the search is part of the address and says when nothing is found", async () => {
  const user = userEvent.setup();
  const { router } = openConsole("/?q=web", serverWith([makeHost({})]));
  const box = await screen.findByRole("searchbox", { name: "Search machines" });
  expect(box).toHaveValue("web");
  await user.type(box, "-99");
  expect(await screen.findByText("No machine matches “web-99”.")).toBeVisible();
  expect(router.state.location.search).toMatchObject({ q: "web-99" });
});

test("ten thousand machines put only those in sight into the page", async () => {
  const hosts = Array.from({ length: 10_000 }, (_, index) =>
    makeHost({ agent_id: String(index), hostname: `node-${index}` }),
  );
  openConsole("/", serverWith(hosts));
  const table = await screen.findByRole("table", { name: "Machines" });
  expect(table).toHaveAttribute("aria-rowcount", "10001");
  expect(within(table).getAllByRole("row").length).toBeLessThan(60);
  expect(screen.getByText("10,000 machines, 10,000 online")).toBeVisible();
});

test("an empty fleet tells how to add a machine", async () => {
  openConsole("/", serverWith([]));
  expect(await screen.findByText("No machine yet")).toBeVisible();
  expect(screen.getByRole("button", { name: "Make the command" })).toBeVisible();
  expect(screen.queryByRole("searchbox")).toBeNull();
});

test("a failing server is told with a way to try again, and what is known stays", async () => {
  const user = userEvent.setup();
  const replies = serverWith([makeHost({})]);
  const good = replies["GET /console/v1/fleet"] as object;
  replies["GET /console/v1/fleet"] = {
    status: 400,
    body: { code: "x", message: "No luck today." },
  };
  const { queries } = openConsole("/", replies);
  expect(await screen.findByRole("alert")).toHaveTextContent("No luck today.");
  replies["GET /console/v1/fleet"] = good;
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("web-1")).toBeVisible();
  replies["GET /console/v1/fleet"] = { status: 400, body: { code: "x", message: "Gone again." } };
  await queries.refetchQueries({ queryKey: ["fleet"] });
  expect(await screen.findByRole("alert")).toHaveTextContent("Gone again. What you see was read");
  expect(screen.getByText("web-1")).toBeVisible();
});

test("whoever is signed out goes to sign in and comes back", async () => {
  const user = userEvent.setup();
  const replies: Replies = { ...serverWith([makeHost({})]) };
  const fleet = replies["GET /console/v1/fleet"] as object;
  const signedOut = { status: 401, body: { code: "not_authenticated", message: "sign in" } };
  replies["GET /console/v1/fleet"] = signedOut;
  replies["GET /console/v1/session"] = signedOut;
  replies["POST /console/v1/session"] = { status: 201, body: { name: "ada", is_admin: true } };
  const { router, calls } = openConsole("/?q=web", replies);
  await user.type(await screen.findByLabelText("Name"), "ada");
  await user.type(screen.getByLabelText("Password"), "secret");
  replies["GET /console/v1/fleet"] = fleet;
  replies["GET /console/v1/session"] = SIGNED_IN["GET /console/v1/session"] as object;
  await user.click(screen.getByRole("button", { name: "Sign in" }));
  expect(await screen.findByText("web-1")).toBeVisible();
  expect(router.state.location.href).toBe("/?q=web");
  expect(calls.find(({ route }) => route.startsWith("POST"))?.body).toEqual({
    name: "ada",
    password: "secret",
  });
});

test("signing out leads to the sign-in page", async () => {
  const user = userEvent.setup();
  const replies = serverWith([makeHost({})]);
  replies["DELETE /console/v1/session"] = { status: 204 };
  const { router } = openConsole("/", replies);
  await user.click(await screen.findByRole("button", { name: "Account of ada" }));
  await user.click(await screen.findByRole("menuitem", { name: "Sign out" }));
  await screen.findByLabelText("Password");
  expect(router.state.location.pathname).toBe("/sign-in");
});
