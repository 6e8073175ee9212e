import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { LinesProvider, useLines } from "../src/overview/LinesProvider";

function Machine({ id }: { id: string }) {
  useLines(id);
  return null;
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("asks for no sparklines once the page is gone", () => {
  const queries = new QueryClient({ defaultOptions: { queries: { enabled: false } } });
  const { unmount } = render(
    <QueryClientProvider client={queries}>
      <LinesProvider>
        <Machine id="web1" />
        <Machine id="web2" />
      </LinesProvider>
    </QueryClientProvider>,
  );
  expect(vi.getTimerCount()).toBeGreaterThan(0);
  unmount();
  queries.clear();
  expect(vi.getTimerCount()).toBe(0);
});
