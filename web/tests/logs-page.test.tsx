import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import { exportPath } from "../src/logs/queries";
import { MAX_ROWS } from "../src/logs/useLogRows";
import { openConsole, type Replies, SIGNED_IN } from "./console";
import { FedSource, makeRow, stubTail, T0_US } from "./logs";

vi.mock("../src/charts/bars", async (original) => ({
  ...(await original<typeof import("../src/charts/bars")>()),
  openBars: () => ({ setData: () => {}, destroy: () => {} }),
}));

const HOSTILE = "<script>document.title='owned'</script>";
const LOGS = "GET /console/v1/logs";

function serverWith(rows: ReturnType<typeof makeRow>[], next: string | null = null): Replies {
  const levels = [{ level: "info", counts: [rows.length, 0] }];
  return {
    ...SIGNED_IN,
    [LOGS]: { body: { rows, next, prev: rows[0]?.id ?? null } },
    [`${LOGS}/histogram`]: {
      body: { from_us: T0_US, to_us: T0_US + 60e6, interval_s: 30, total: rows.length, levels },
    },
    [`${LOGS}/fields`]: {
      body: { rows: rows.length, names: [{ value: "status", count: rows.length }] },
    },
    [`${LOGS}/values`]: { body: { field: "status", values: [{ value: "200", count: 2 }] } },
  };
}

beforeEach(() => {
  stubTail();
  // jsdom lays nothing out; rows without height would all be in sight.
  vi.spyOn(HTMLElement.prototype, "offsetHeight", "get").mockReturnValue(25);
});

test("rows are text, and unfold into fields", async () => {
  const user = userEvent.setup();
  const row = makeRow(1, { message: HOSTILE, fields: { html: HOSTILE } });
  const { container } = openConsole("/logs", serverWith([row]));
  const line = await screen.findByText(HOSTILE);
  await user.click(line);
  expect(screen.getAllByText(HOSTILE)).toHaveLength(3);
  expect(container.querySelector("script")).toBeNull();
  expect(document.title).toBe("Logs · Muster");
});

test("a search is kept in the address and asked of the server; back undoes it", async () => {
  const user = userEvent.setup();
  const { router, calls } = openConsole("/logs", serverWith([makeRow(1)]));
  const field = await screen.findByRole("combobox", { name: "Search logs" });
  await screen.findByText("line 1");
  await user.type(field, "time out{Enter}");
  await waitFor(() => expect(router.state.location.search).toMatchObject({ q: "time out" }));
  await waitFor(() =>
    expect(
      calls.some(
        ({ route, url }) => route === LOGS && url.searchParams.get("query") === "time out",
      ),
    ).toBe(true),
  );
  act(() => router.history.back());
  await waitFor(() => expect(field).toHaveValue(""));
});

test("a click on a value filters for it, and one filters it out", async () => {
  const user = userEvent.setup();
  const { router } = openConsole("/logs?q=line", serverWith([makeRow(1)]));
  await user.click(await screen.findByRole("button", { name: "Show fields" }));
  await user.click(screen.getByRole("button", { name: "Only rows with status 200" }));
  await waitFor(() => expect(router.state.location.search).toMatchObject({ q: "line status:200" }));
  await user.click(await screen.findByRole("button", { name: "Show fields" }));
  await user.click(screen.getByRole("button", { name: "No rows with status 200" }));
  await waitFor(() =>
    expect(router.state.location.search).toMatchObject({ q: "line NOT status:200" }),
  );
});

test("a query that cannot be read is marked where it is wrong", async () => {
  const replies = serverWith([]);
  replies[LOGS] = {
    status: 422,
    body: { code: "invalid", message: "query: at 3: this ( is never closed" },
  };
  openConsole("/logs?q=a%20(b", replies);
  const alert = await screen.findByRole("alert");
  expect(alert).toHaveTextContent("this ( is never closed");
  expect(alert.querySelector("mark")?.textContent).toBe("(");
});

test("a query that is too expensive shows the server's advice", async () => {
  const replies = serverWith([]);
  replies[LOGS] = {
    status: 413,
    body: { code: "too_large", message: "ask for a shorter time or add a rarer word" },
  };
  openConsole("/logs?q=a", replies);
  const alerts = await screen.findAllByRole("alert");
  expect(alerts.some((alert) => alert.textContent?.includes("rarer word"))).toBe(true);
});

test("fields and values complete", async () => {
  const user = userEvent.setup();
  openConsole("/logs", serverWith([makeRow(1)]));
  const field = await screen.findByRole("combobox", { name: "Search logs" });
  await user.type(field, "sta");
  expect(await screen.findByRole("option", { name: /status/ })).toBeVisible();
  await user.keyboard("{Tab}");
  expect(field).toHaveValue("status:");
  expect(await screen.findByRole("option", { name: /200/ })).toBeVisible();
  await user.keyboard("{ArrowDown}{Enter}");
  expect(field).toHaveValue("status:200 ");
});

test("older rows are asked for by the cursor", async () => {
  const replies = serverWith([]);
  const pages = [
    { rows: [makeRow(1)], next: "cursor-1", prev: null },
    { rows: [makeRow(2)], next: null, prev: null },
  ];
  Object.defineProperty(replies, LOGS, { get: () => ({ body: pages.shift() }) });
  const { calls } = openConsole("/logs", replies);
  expect(await screen.findByText("line 2")).toBeVisible();
  expect(screen.getByText("line 1")).toBeVisible();
  expect(calls.some(({ url }) => url.searchParams.get("before") === "cursor-1")).toBe(true);
  expect(screen.getByText("These are all rows of this time.")).toBeVisible();
});

test("twenty thousand rows put few into the document", async () => {
  const rows = Array.from({ length: 20_000 }, (_, index) => makeRow(index));
  openConsole("/logs", serverWith(rows));
  const grid = await screen.findByRole("grid", { name: /Log rows/ });
  expect(within(grid).getAllByRole("row").length).toBeLessThan(150);
});

test("a page keeps so many rows, and the ones before them are a range of their own", async () => {
  const ts_us = T0_US + 30e6;
  const many = Array.from({ length: MAX_ROWS }, (_, index) => makeRow(index, { ts_us }));
  const { router, calls } = openConsole("/logs", serverWith(many, "older"));
  const more = await screen.findByRole("button", { name: "Go on with earlier rows" });
  const asked = calls.filter(({ route }) => route === LOGS);
  expect(asked.map(({ url }) => url.searchParams.get("before"))).toEqual([null]);
  await userEvent.click(more);
  await waitFor(() =>
    expect(router.state.location.search).toMatchObject({
      from: T0_US - 29e6,
      to: T0_US + 31e6,
    }),
  );
});

test("following shows what arrives, waits while one reads below, and tells of gaps", async () => {
  openConsole("/logs?tail=true", serverWith([makeRow(5)]));
  await waitFor(() => expect(FedSource.last).not.toBeNull());
  const source = FedSource.last as FedSource;
  act(() => source.feed("seen", ""));
  expect(await screen.findByText("Following what arrives")).toBeVisible();
  act(() => source.feed("row", JSON.stringify(makeRow(4, { message: "fresh" }))));
  expect(await screen.findByText("fresh")).toBeVisible();
  Object.defineProperty(window, "scrollY", { value: 4_000, configurable: true });
  act(() => source.feed("row", JSON.stringify(makeRow(3, { message: "fresher" }))));
  const more = await screen.findByRole("button", { name: "1 new" });
  expect(screen.queryByText("fresher")).toBeNull();
  Object.defineProperty(window, "scrollY", { value: 0, configurable: true });
  fireEvent.click(more);
  expect(await screen.findByText("fresher")).toBeVisible();
  act(() => source.feed("left_out", "7"));
  expect(await screen.findByText(/7 rows came too fast/)).toBeVisible();
  act(() => source.feed("failed", JSON.stringify({ code: "x", message: "Too slow." })));
  expect(await screen.findByText(/^Following has ended. Too slow./)).toBeVisible();
});

test("no rows at all tell how to collect some, no match how to widen", async () => {
  const { unmount } = openConsole("/logs", serverWith([]));
  expect(await screen.findByText("How to collect logs")).toBeVisible();
  unmount();
  openConsole("/logs?q=x", serverWith([]));
  expect(await screen.findByText("No row matches")).toBeVisible();
  expect(screen.getByRole("button", { name: "Clear the search" })).toBeVisible();
});

test("the rows around one are a dialog of their own address", async () => {
  const user = userEvent.setup();
  const replies = serverWith([makeRow(1)]);
  replies[`${LOGS}/context`] = {
    body: { rows: [makeRow(2), makeRow(1), makeRow(0)], at: 1 },
  };
  const { router } = openConsole("/logs", replies);
  await user.click(await screen.findByRole("button", { name: "Show fields" }));
  await user.click(screen.getByRole("button", { name: "Rows around it" }));
  const dialog = await screen.findByRole("dialog");
  expect(await within(dialog).findByText("line 0")).toBeInTheDocument();
  expect(router.state.location.search).toMatchObject({ around: makeRow(1).id });
});

test("a line of a megabyte opens with its beginning, the rest is a click away", async () => {
  const user = userEvent.setup();
  const message = `begin ${"0123456789".repeat(2_000)} end`;
  openConsole("/logs", serverWith([makeRow(1, { message })]));
  await user.click(await screen.findByText(/^begin/));
  expect(screen.queryByText(/ end$/)).toBeNull();
  await user.click(screen.getByRole("button", { name: "Show all 20,010 characters" }));
  expect(screen.getByText(/ end$/)).toHaveTextContent(message);
});

test("signs that would turn a line around are shown, not obeyed", async () => {
  openConsole("/logs", serverWith([makeRow(1, { message: "user \u202enimda\u202c \u001b[31m" })]));
  expect(await screen.findByText("user \\u202enimda\\u202c \\x1b[31m")).toBeInTheDocument();
  expect(screen.getByText("1 row")).toBeInTheDocument();
});

test("a search in the habit of other products is told how it is written here", async () => {
  openConsole("/logs?q=-host%3Aweb1", serverWith([]));
  expect(await screen.findByText(/write NOT before a term/)).toBeInTheDocument();
  expect(screen.getByText(/A machine is asked for by agent/)).toBeInTheDocument();
  expect(screen.queryByText(/of the newest/)).toBeNull();
});

test("rows around an address that names none are there no more", async () => {
  const replies = serverWith([makeRow(1)]);
  replies[`${LOGS}/context`] = { status: 422, body: { code: "invalid", message: "id: wrong" } };
  openConsole("/logs?around=zzz", replies);
  expect(await screen.findByText("The row is there no more.")).toBeInTheDocument();
  expect(screen.queryByRole("button", { name: "Try again" })).toBeNull();
});

test("fields that are columns on the page are columns of CSV", () => {
  const asked = { q: "", range: { live: "1h" } } as const;
  const path = exportPath(asked, "csv", ["agent", "status", '"agent"']);
  expect(new URLSearchParams(path.split("?")[1]).getAll("column")).toEqual(["status", "agent"]);
  expect(exportPath(asked, "ndjson", ["status"])).not.toContain("column");
});
