import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeAll, expect, test, vi } from "vitest";
import { openConsole, type Replies, SIGNED_IN } from "./console";

// jsdom has no canvas.
vi.mock("../src/charts/bars", async (original) => ({
  ...(await original<typeof import("../src/charts/bars")>()),
  openBars: () => ({ setData: () => {}, setSize: () => {}, destroy: () => {} }),
}));

// The page is loaded when it is opened, which takes a while on a busy machine.
beforeAll(() => import("../src/events/EventsPage"), 30_000);

const TYPE = { id: 4, name: "login", description: "", created_us: 1, is_active: true, total: 12 };
const SERIES = {
  zone: "UTC",
  step: "hour",
  starts_us: [3_600e6, 7_200e6],
  dates: ["1970-01-01T01:00", "1970-01-01T02:00"],
  end_us: 10_800e6,
  series: [{ id: 4, counts: [3, 4] }],
};

function replies(types: unknown[]): Replies {
  return {
    ...SIGNED_IN,
    "GET /console/v1/event-types": { body: types },
    "GET /console/v1/event-types/series": { body: SERIES },
  };
}

test("where nothing was counted, the page says how to begin", async () => {
  openConsole("/events", replies([]));
  expect(await screen.findByText(/\/api\/events\/signed-up$/)).toHaveTextContent(
    `${window.location.origin}/api/events/signed-up`,
  );
});

test("an event is switched off only after a word on what that means", async () => {
  const user = userEvent.setup();
  const server = replies([TYPE]);
  server["PATCH /console/v1/event-types/4"] = { body: { ...TYPE, is_active: false } };
  const { calls } = openConsole("/events", server);
  const card = await screen.findByRole("article", { name: "login" });
  expect(within(card).getByText("7 in range")).toBeInTheDocument();
  await user.click(within(card).getByRole("button", { name: "Switch off" }));
  const dialog = await screen.findByRole("dialog");
  expect(within(dialog).getByText(/refused with 403/)).toBeInTheDocument();
  expect(calls.some(({ route }) => route.startsWith("PATCH"))).toBe(false);
  await user.click(within(dialog).getByRole("button", { name: "Switch off" }));
  expect(await within(card).findByRole("button", { name: "Switch on" })).toBeInTheDocument();
  expect(calls.find(({ route }) => route.startsWith("PATCH"))?.body).toEqual({ is_active: false });
});

test("the chosen events stand in the address", async () => {
  const user = userEvent.setup();
  const { router } = openConsole("/events", replies([TYPE]));
  await user.click(await screen.findByRole("checkbox", { name: "Show login in the charts" }));
  expect(router.state.location.search).toMatchObject({ names: ["login"] });
  await user.click(screen.getByRole("button", { name: "Month" }));
  expect(router.state.location.search).toMatchObject({ by: "month" });
});

test("the table of names comes before the charts, for the eye and for the Tab key", async () => {
  openConsole("/events", replies([TYPE]));
  const card = await screen.findByRole("article", { name: "login" });
  const table = screen.getByRole("grid", { name: "Events by name" });
  expect(table.compareDocumentPosition(card)).toBe(Node.DOCUMENT_POSITION_FOLLOWING);
  expect(screen.getByRole("button", { name: "Counts as CSV" })).toBeEnabled();
});
