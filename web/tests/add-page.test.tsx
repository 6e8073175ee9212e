import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { openConsole, SIGNED_IN } from "./console";

test("a command that is shown no more has one way to another, also once its machine is here", async () => {
  const token = { id: "f1ac7dd84fba", state: "used", enrolled: 1, max_agents: 1, expires_us: 1 };
  openConsole("/add?token=f1ac7dd84fba", {
    ...SIGNED_IN,
    "GET /console/v1/tokens/f1ac7dd84fba": {
      body: { token, agents: [{ agent_id: "a", hostname: "web-1", state: "online" }] },
    },
  });
  expect(await screen.findByText("web-1")).toBeVisible();
  expect(screen.getAllByRole("button", { name: "Make another command" })).toHaveLength(1);
});
