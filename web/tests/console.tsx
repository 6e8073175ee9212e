import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, RouterProvider } from "@tanstack/react-router";
import { render } from "@testing-library/react";
import { vi } from "vitest";
import { createQueryClient } from "../src/api/client";
import { createConsoleRouter, leaveForSignIn } from "../src/app/router";

type Reply = { status?: number; body?: unknown } | "unreachable";

/** What the server answers, by `METHOD /path` without the query; change it while a test runs. */
export type Replies = Record<string, Reply>;

export const SIGNED_IN: Replies = {
  "GET /console/v1/session": { body: { name: "ada", is_admin: true, timezone: "Asia/Kolkata" } },
};

/** Renders the whole console at a path against a server made of replies. */
export function openConsole(path: string, replies: Replies) {
  const calls: { route: string; body: unknown; url: URL }[] = [];
  vi.stubGlobal("fetch", async (address: string, { method, body }: RequestInit) => {
    const url = new URL(address, "http://console");
    const route = `${method} ${url.pathname}`;
    calls.push({ route, url, body: body ? JSON.parse(String(body)) : undefined });
    const reply = replies[route] ?? { status: 404, body: { code: "not_found", message: route } };
    if (reply === "unreachable") throw new TypeError("refused");
    const text = reply.body === undefined ? null : JSON.stringify(reply.body);
    return new Response(text, { status: reply.status ?? 200 });
  });
  const router = createConsoleRouter(createMemoryHistory({ initialEntries: [path] }));
  const queries = createQueryClient(() => leaveForSignIn(router));
  const view = render(
    <MantineProvider env="test">
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return { ...view, router, queries, calls };
}
