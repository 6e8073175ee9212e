import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeAll, beforeEach, expect, test, vi } from "vitest";
import vectors from "./audit-vectors.json";
import { openConsole, type Replies, SIGNED_IN } from "./console";

const [first] = vectors.events;
const SEEN = "muster.audit.seen";

// The page is loaded when it is opened, which takes a while on a busy machine.
beforeAll(
  () => Promise.all([import("../src/audit/AuditPage"), import("../src/audit/proof/verify")]),
  30_000,
);

beforeEach(() => {
  window.localStorage.clear();
  vi.spyOn(HTMLElement.prototype, "offsetHeight", "get").mockReturnValue(36);
});

/** Keys and notes are plain text, which replies are not. */
function open(replies: Replies = {}) {
  const view = openConsole("/audit?event=1", {
    ...SIGNED_IN,
    "GET /console/v1/audit/events": { body: { next_before: null, events: [] } },
    "GET /console/v1/audit/events/1": { body: first?.event },
    "GET /console/v1/audit/sources": { body: [] },
    "GET /audit/proof/inclusion": { body: first?.inclusion },
    "GET /audit/proof/consistency": { body: vectors.consistency },
    ...replies,
  });
  const answer = globalThis.fetch;
  vi.stubGlobal("fetch", async (path: string, init: RequestInit) => {
    if (path === "/audit/key") return new Response(`${vectors.key}\n`);
    if (path === "/audit/checkpoint") return new Response(first?.inclusion.checkpoint);
    return answer(path, init);
  });
  return view;
}

async function panel() {
  return within(await screen.findByRole("region", { name: "Proof" }));
}

test("an event is proven, and the head that proved it is remembered", async () => {
  open();
  const proof = await panel();
  expect(await proof.findByText(/^Proven: this event/)).toBeInTheDocument();
  expect(proof.getByText("nothing seen before")).toBeInTheDocument();
  expect(JSON.parse(window.localStorage.getItem(SEEN) ?? "{}")).toMatchObject({
    note: first?.inclusion.checkpoint,
    key: vectors.key,
  });
});

test("a log that grew since it was seen is asked for its consistency", async () => {
  window.localStorage.setItem(
    SEEN,
    JSON.stringify({ note: vectors.seen, key: vectors.key, at_ms: 1 }),
  );
  const { calls } = open();
  expect(await (await panel()).findByText(/^Proven: this event/)).toBeInTheDocument();
  const asked = calls.find(({ route }) => route === "GET /audit/proof/consistency")?.url;
  expect(asked?.search).toBe("?from=5&to=7");
});

test("a rewritten log is told loudly, and what was seen before stays as evidence", async () => {
  const seen = { note: vectors.seen.replace("\n5\n", "\n9\n"), key: vectors.key, at_ms: 1 };
  window.localStorage.setItem(SEEN, JSON.stringify(seen));
  open();
  const proof = await panel();
  expect(await proof.findByRole("alert")).toHaveTextContent("History was rewritten");
  expect(proof.getByRole("button", { name: "Save both heads" })).toBeInTheDocument();
  expect(JSON.parse(window.localStorage.getItem(SEEN) ?? "")).toEqual(seen);
});

test("a payload that is not what was logged is not proven", async () => {
  open({ "GET /console/v1/audit/events/1": { body: { ...first?.event, payload: "{}" } } });
  expect(await (await panel()).findByRole("alert")).toHaveTextContent("NOT PROVEN");
});

test("an event goes by the index that exports and proofs name", async () => {
  open();
  await panel();
  const event = within(screen.getByRole("region", { name: "Event" }));
  expect(event.getByText("Index").nextElementSibling).toHaveTextContent("0");
});

test("a panel without an event can be closed, and so can one by Escape", async () => {
  const { router } = open({
    "GET /console/v1/audit/events/1": { status: 404, body: { code: "not_found", message: "" } },
  });
  await screen.findByText(/There is no such event/);
  await userEvent.click(screen.getByRole("button", { name: "Close" }));
  expect(router.state.location.search).toEqual({});
  await router.navigate({ to: "/audit", search: { event: 1 } });
  await screen.findByText(/There is no such event/);
  await userEvent.keyboard("{Escape}");
  await waitFor(() => expect(router.state.location.search).toEqual({}));
});
