import { act, render, screen } from "@testing-library/react";
import { useRef } from "react";
import { expect, test, vi } from "vitest";
import { useInSight } from "../src/charts/useInSight";

type Look = (entries: Partial<IntersectionObserverEntry>[]) => void;

test("an element in sight is told of, and its height when it leaves", () => {
  let look: Look = () => {};
  vi.stubGlobal(
    "IntersectionObserver",
    class {
      constructor(callback: Look) {
        look = callback;
      }
      observe() {}
      disconnect() {}
    },
  );
  const onLeave = vi.fn();
  function Place() {
    const ref = useRef<HTMLDivElement>(null);
    return <div ref={ref}>{useInSight(ref, "9px", onLeave) ? "here" : "away"}</div>;
  }
  const see = (isIntersecting: boolean, height: number) =>
    act(() => look([{ isIntersecting, boundingClientRect: { height } as DOMRect }]));

  render(<Place />);
  see(false, 100);
  expect(onLeave).not.toHaveBeenCalled();
  see(true, 100);
  expect(screen.getByText("here")).toBeInTheDocument();
  see(false, 264);
  expect(screen.getByText("away")).toBeInTheDocument();
  expect(onLeave.mock.calls).toEqual([[264]]);
});
