import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { createQueryClient } from "../src/api/client";
import { TryPanel } from "../src/fleet/configs/tryout/TryPanel";

test("lines that are tried say so, and stay while one looks at an agent's", async () => {
  const user = userEvent.setup();
  // jsdom has no fonts; a field that grows with its text waits for them.
  Object.defineProperty(document, "fonts", { value: new EventTarget(), configurable: true });
  const answers: ((answer: Response) => void)[] = [];
  vi.stubGlobal("fetch", () => new Promise((resolve) => answers.push(resolve)));
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={createQueryClient(() => {})}>
        <TryPanel draft={{}} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  await user.type(screen.getByLabelText("Lines to try"), "a line");
  expect(await screen.findByText("Trying …")).toBeVisible();
  answers[0]?.(new Response("{}", { status: 422 }));
  expect(await screen.findByRole("alert")).toBeVisible();
  expect(screen.queryByText("Trying …")).toBeNull();
  await user.click(screen.getByText("Agent"));
  expect(screen.queryByLabelText("Lines to try")).toBeNull();
  await user.click(screen.getByText("Pasted text"));
  expect(screen.getByLabelText("Lines to try")).toHaveValue("a line");
});
