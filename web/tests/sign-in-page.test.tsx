import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { openConsole, SIGNED_IN } from "./console";

const LINK = "POST /console/v1/session/link";

test("a wrong password is told at its field and cleared", async () => {
  const user = userEvent.setup();
  openConsole("/sign-in", { "POST /console/v1/session": { status: 401, body: {} } });
  await user.type(await screen.findByLabelText("Name"), "ada");
  await user.type(screen.getByLabelText("Password"), "wrong{Enter}");
  expect(await screen.findByText("Wrong name or password.")).toBeVisible();
  expect(screen.getByLabelText("Password")).toHaveValue("");
  expect(screen.getByLabelText("Name")).toHaveValue("ada");
});

test("a server that does not answer is not blamed on the password, which stays", async () => {
  const user = userEvent.setup();
  openConsole("/sign-in", { "POST /console/v1/session": "unreachable" });
  await user.type(await screen.findByLabelText("Name"), "ada");
  await user.type(screen.getByLabelText("Password"), "right{Enter}");
  expect(await screen.findByRole("alert")).toHaveTextContent("The server does not answer.");
  expect(screen.getByLabelText("Password")).toHaveValue("right");
  expect(screen.getByLabelText("Password")).toBeValid();
});

test("who is new is told how to get in, who was sent here why", async () => {
  openConsole("/sign-in?next=%2Flogs", {});
  expect(await screen.findByText(/No name yet\?/)).toBeVisible();
  expect(screen.getByText(/Sign in to go on where you were/)).toBeVisible();
});

test("a one-time link signs in once and leaves no code in the address", async () => {
  const { router, calls } = openConsole("/sign-in#code=XYZ", {
    ...SIGNED_IN,
    [LINK]: { status: 201, body: { name: "ada", is_admin: true } },
    "GET /console/v1/fleet": { body: { server_us: 1, hosts: [] } },
  });
  expect(await screen.findByText("No machine yet")).toBeVisible();
  expect(router.state.location.pathname).toBe("/");
  expect(calls.filter(({ route }) => route === LINK).map(({ body }) => body)).toEqual([
    { code: "XYZ" },
  ]);
  expect(router.history.length).toBe(1);
});

test("a link that is opened on the sign-in page itself is taken, and its place kept", async () => {
  const { router, calls } = openConsole("/sign-in?next=%2Fhosts%2F1", { [LINK]: { status: 401 } });
  await screen.findByLabelText("Password");
  router.history.push("/sign-in?next=%2Fhosts%2F1#code=NEW");
  expect(await screen.findByRole("alert")).toHaveTextContent("muster user link");
  expect(calls.map(({ body }) => body)).toEqual([{ code: "NEW" }]);
  expect(router.state.location).toMatchObject({ hash: "", search: { next: "/hosts/1" } });
});

test("a used link says what to do and leaves the form", async () => {
  openConsole("/sign-in#code=XYZ", { [LINK]: { status: 401, body: {} } });
  expect(await screen.findByRole("alert")).toHaveTextContent("muster user link");
  expect(screen.getByLabelText("Password")).toBeVisible();
});
