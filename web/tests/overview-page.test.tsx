import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { openConsole, type Replies, SIGNED_IN } from "./console";
import { makeHost, makeLine, NOW_US, serverWith } from "./hosts";

const RUBBISH = '<script>alert(1)</script>"&\u202e\u0007 👾';

test("machines are rows with state as a word, readings and a link", async () => {
  openConsole("/", serverWith([makeHost({}), makeHost({ agent_id: "b/2", state: "offline" })]));
  const table = await screen.findByRole("grid", { name: "Machines" });
  const [, online, offline] = within(table).getAllByRole("row");
  expect(online).toHaveTextContent("web-1");
  expect(online).toHaveTextContent("Online");
  expect(online).toHaveTextContent("12.3 %");
  expect(screen.getByText("4 KiB/s")).toBeVisible();
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
  await user.click(await screen.findByRole("button", { name: "CPU", description: "" }));
  const header = await screen.findByRole("columnheader", { name: "CPU" });
  await waitFor(() => expect(header).toHaveAttribute("aria-sort", "descending"));
  expect(screen.getAllByRole("row")[1]).toHaveTextContent("zealous");
  await user.click(screen.getByRole("button", { name: "CPU" }));
  await waitFor(() => expect(header).toHaveAttribute("aria-sort", "ascending"));
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
  const table = await screen.findByRole("grid", { name: "Machines" });
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

test("the sparklines of the machines in sight are asked for", async () => {
  const hosts = Array.from({ length: 500 }, (_, index) =>
    makeHost({ agent_id: String(index), hostname: `node-${index}` }),
  );
  const { calls, container } = openConsole("/", serverWith(hosts));
  await waitFor(() => {
    expect(container.querySelector("svg[data-tone] path[d^=M]")).not.toBeNull();
  });
  const asked = calls.filter(({ route }) => route === "GET /console/v1/fleet/sparklines");
  const ids = asked.at(-1)?.url.searchParams.getAll("agent") ?? [];
  expect(ids).toContain("0");
  expect(ids.length).toBeLessThan(60);
});

test("a fleet without a worry is one quiet line", async () => {
  const hosts = Array.from({ length: 12 }, (_, index) => makeHost({ agent_id: String(index) }));
  openConsole("/", serverWith(hosts));
  expect(await screen.findByText("All 12 machines report; nothing needs you.")).toBeVisible();
  expect(screen.queryByRole("heading", { name: "Needs attention" })).toBeNull();
});

test("what needs attention is a link each, the first five until all are asked for", async () => {
  const user = userEvent.setup();
  const lines = Array.from({ length: 7 }, (_, index) =>
    makeLine({
      subjects: [
        {
          agent_id: `${index}`,
          hostname: `host-${index}`,
          runner: "",
          mountpoint: "",
          version: "",
        },
      ],
    }),
  );
  const { router } = openConsole("/", serverWith([makeHost({})], lines));
  const list = within(await screen.findByRole("region", { name: "Needs attention" }));
  expect(list.getAllByRole("listitem")).toHaveLength(5);
  expect(list.getByText("7 critical")).toBeVisible();
  const first = list.getAllByRole("listitem")[0] as HTMLElement;
  expect(first).toHaveTextContent("Critical: host-0 does not answerfor 2 h");
  expect(within(first).getByRole("link")).toHaveAttribute("href", "/hosts/0");
  await user.click(list.getByRole("button", { name: "Show all 7" }));
  await waitFor(() => expect(list.getAllByRole("listitem")).toHaveLength(7));
  expect(router.state.location.search).toMatchObject({ all: true });
});

test("what could not be looked at is said", async () => {
  const replies = serverWith([makeHost({})]);
  const counts = { machines: 1, online: 1, lines: [], left_out: 0, unknown: ["errors"] };
  replies["GET /console/v1/attention"] = { body: { server_us: NOW_US, ...counts } };
  openConsole("/", replies);
  expect(await screen.findByText("Errors in the logs could not be counted.")).toBeVisible();
});

test("cards and table are a choice that the address keeps", async () => {
  const user = userEvent.setup();
  const { router } = openConsole("/?q=web", serverWith([makeHost({})]));
  await screen.findByRole("grid", { name: "Machines" });
  await user.click(screen.getByText("Cards"));
  const cards = await screen.findByRole("list", { name: "Machines" });
  expect(router.state.location.search).toEqual({ q: "web", view: "grid" });
  expect(within(cards).getByRole("listitem")).toHaveTextContent("91.0 %");
  await user.click(screen.getByText("Table"));
  await screen.findByRole("grid", { name: "Machines" });
  expect(router.state.location.search).toEqual({ q: "web" });
});

test("a tile says how machines lie, and orders them", async () => {
  const user = userEvent.setup();
  const hosts = [makeHost({ cpu_percent: 10 }), makeHost({ agent_id: "b", cpu_percent: 30 })];
  const { router } = openConsole("/", serverWith(hosts));
  const tiles = within(await screen.findByRole("region", { name: "The fleet now" }));
  expect(tiles.getByText("20.0 %")).toBeVisible();
  expect(
    tiles.getByRole("img", { name: /^CPU of the fleet in the last 3.min, now 20.0.% on average/ }),
  ).toBeVisible();
  expect(tiles.getByRole("img", { name: /^Traffic of all machines/ })).toBeVisible();
  expect(tiles.getByRole("link", { name: /^30.0.% on web-1$/ })).toHaveAttribute(
    "href",
    "/hosts/b",
  );
  await user.click(tiles.getByRole("button", { name: "Order machines by CPU" }));
  await waitFor(() => expect(router.state.location.search).toEqual({ sort: "cpu", order: "desc" }));
});

test("a bar of a tile shows its machines, until all are shown again", async () => {
  const user = userEvent.setup();
  const hosts = [10, 12, 30].map((cpu_percent, at) =>
    makeHost({ agent_id: `${at}`, hostname: `m${at}`, cpu_percent }),
  );
  const { router } = openConsole("/", serverWith(hosts));
  const bars = within(await screen.findByRole("group", { name: "Machines by CPU" }));
  expect(bars.getAllByRole("button")).toHaveLength(2);
  const bar = bars.getByRole("button", { name: "2 machines at 10–15 %" });
  bar.focus();
  await user.keyboard("{ArrowRight}");
  expect(bars.getByRole("button", { name: "1 machine at 30–35 %" })).toHaveFocus();
  await user.click(bar);
  expect(await screen.findByText("3 machines, 3 online, 2 shown")).toBeVisible();
  expect(router.state.location.search).toMatchObject({ within: "cpu:10-15" });
  await user.click(screen.getByRole("button", { name: "CPU 10–15 %: show all machines again" }));
  expect(await screen.findByText("3 machines, 3 online")).toBeVisible();
});
