import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { openConsole } from "./console";
import { makeHost, serverWith } from "./hosts";

function server() {
  return serverWith([makeHost({}), makeHost({ agent_id: "b", hostname: "db-1" })]);
}

test("slash goes to the search field, and is a letter within it", async () => {
  const user = userEvent.setup();
  openConsole("/", server());
  const box = await screen.findByRole("searchbox", { name: "Search machines" });
  await user.keyboard("/");
  expect(box).toHaveFocus();
  await user.keyboard("a/?");
  expect(box).toHaveValue("a/?");
  expect(screen.queryByRole("dialog")).toBeNull();
});

test("g and a letter go to a page, the letter alone does not", async () => {
  const user = userEvent.setup();
  const { router } = openConsole("/hosts/agent-1", server());
  await screen.findByRole("link", { name: "Overview" });
  await user.keyboard("o");
  expect(router.state.location.pathname).toBe("/hosts/agent-1");
  await user.keyboard("go");
  await waitFor(() => expect(router.state.matches.at(-1)?.pathname).toBe("/"));
});

test("a question mark lists the keys", async () => {
  const user = userEvent.setup();
  openConsole("/", server());
  await screen.findByText("web-1");
  await user.keyboard("?");
  const dialog = await screen.findByRole("dialog", { name: "Keys" });
  expect(within(dialog).getByText("Go to Overview")).toBeInTheDocument();
});

test("the palette finds a machine by name and opens it", async () => {
  const user = userEvent.setup();
  const { router } = openConsole("/", server());
  await screen.findByText("web-1");
  fireEvent.keyDown(window, { key: "k", metaKey: true });
  const field = await screen.findByRole("combobox", { name: "Go to or do" });
  await user.type(field, "db");
  const options = screen.getAllByRole("option");
  expect(options).toHaveLength(1);
  expect(options[0]).toHaveTextContent("db-1");
  await user.keyboard("{Enter}");
  await waitFor(() => expect(router.state.location.pathname).toBe("/hosts/b"));
});

test("the palette finds configurations, and the pages within fleet and settings", async () => {
  const user = userEvent.setup();
  const configs = [{ name: "applog" }];
  const { router } = openConsole("/", {
    ...server(),
    "GET /v1/api/configs": { body: { configs } },
  });
  await screen.findByText("web-1");
  fireEvent.keyDown(window, { key: "k", ctrlKey: true });
  const field = await screen.findByRole("combobox", { name: "Go to or do" });
  await user.type(field, "people");
  expect(screen.getAllByRole("option").map(({ textContent }) => textContent)).toEqual([
    expect.stringContaining("Settings"),
  ]);
  await user.clear(field);
  await user.type(field, "appl");
  expect(await screen.findByRole("option")).toHaveTextContent("applogConfiguration");
  await user.keyboard("{Enter}");
  await waitFor(() => expect(router.state.location.pathname).toBe("/fleet/configs/applog"));
});

test("a lost connection is told, and its end too", async () => {
  const replies = server();
  const { queries } = openConsole("/", replies);
  await screen.findByText("web-1");
  const session = replies["GET /console/v1/session"] as object;
  replies["GET /console/v1/session"] = "unreachable";
  await queries.refetchQueries({ queryKey: ["session"] });
  expect(await screen.findByText(/trying again/)).toBeVisible();
  replies["GET /console/v1/session"] = session;
  await queries.refetchQueries({ queryKey: ["session"] });
  await waitFor(() => expect(screen.queryByText(/trying again/)).toBeNull());
});

test("what went unanswered while the server was away is asked for once it is back", async () => {
  const replies = server();
  const fleet = replies["GET /console/v1/fleet"] as object;
  const session = replies["GET /console/v1/session"] as object;
  replies["GET /console/v1/fleet"] = "unreachable";
  replies["GET /console/v1/session"] = "unreachable";
  const { queries } = openConsole("/", replies);
  expect(await screen.findByText(/trying again/)).toBeVisible();
  expect(screen.queryByText("web-1")).toBeNull();
  const [query] = queries.getQueryCache().findAll({ queryKey: ["fleet"] });
  await waitFor(() => expect(query?.state.status).toBe("error"));
  replies["GET /console/v1/fleet"] = fleet;
  replies["GET /console/v1/session"] = session;
  await queries.refetchQueries({ queryKey: ["session"] });
  expect(await screen.findByText("web-1")).toBeVisible();
});
