import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import type { HostDetail, MetricAnswer, Timeline } from "../src/api/types";
import { openBars } from "../src/charts/bars";
import { openPlot } from "../src/charts/plot";

import { openConsole, type Replies, SIGNED_IN } from "./console";
import { makeDetail, makeMark, makeReport } from "./hosts";

// jsdom has no canvas.
vi.mock("../src/charts/plot", async (original) => ({
  ...(await original<typeof import("../src/charts/plot")>()),
  openPlot: vi.fn(),
}));
vi.mock("../src/charts/bars", async (original) => ({
  ...(await original<typeof import("../src/charts/bars")>()),
  openBars: vi.fn(),
}));

const RUBBISH = "<img src=x onerror=alert(1)>";

const METRICS: MetricAnswer = {
  from_us: 1_795_242_000e6,
  to_us: 1_795_245_600e6,
  interval_s: 20,
  series: [
    {
      agent_id: "agent-1",
      metric: "cpu.user_percent",
      labels: {},
      unit: "percent",
      values: [1, null, 42.5],
    },
    {
      agent_id: "agent-1",
      metric: "cpu.system_percent",
      labels: {},
      unit: "percent",
      values: [5, 6, 7],
    },
    {
      agent_id: "agent-1",
      metric: "process.memory_bytes",
      labels: { process: RUBBISH },
      unit: "bytes",
      values: [2048],
    },
  ],
};

const LAST = { agent_id: "agent-1", labels: {}, unit: "", ts_us: 1_795_245_600e6, value: 1 };

const TIMELINE: Timeline = {
  from_us: 1_795_242_000e6,
  to_us: 1_795_245_600e6,
  logs: {
    from_us: 1_795_242_000e6,
    to_us: 1_795_245_600e6,
    interval_s: 1_800,
    total: 3,
    levels: [{ level: "error", counts: [1, 2] }],
  },
  marks: [
    makeMark({ kind: "config", id: 12, subject: RUBBISH, by: "person ada" }),
    makeMark({ kind: "boot", ts_us: 1_795_243_000e6 }),
  ],
  has_more: false,
};

function serverWith(detail: HostDetail): Replies {
  return {
    ...SIGNED_IN,
    "GET /console/v1/hosts/agent-1": { body: detail },
    "GET /api/metrics": { body: METRICS },
    "GET /console/v1/hosts/agent-1/timeline": { body: TIMELINE },
  };
}

beforeEach(() => {
  vi.mocked(openBars)
    .mockReset()
    .mockImplementation(
      () => ({ setData: () => {}, destroy: () => {} }) as unknown as ReturnType<typeof openBars>,
    );
  vi.mocked(openPlot)
    .mockReset()
    .mockImplementation(
      () => ({ setData: () => {}, destroy: () => {} }) as unknown as ReturnType<typeof openPlot>,
    );
});

test("charts show their newest values, and say where there is nothing", async () => {
  openConsole("/hosts/agent-1", serverWith(makeDetail()));
  expect(await screen.findByRole("img", { name: "CPU over time" })).toBeInTheDocument();
  expect(screen.getByRole("button", { name: /^user 42\.5\s%$/ })).toHaveAttribute(
    "aria-pressed",
    "true",
  );
  expect(screen.getAllByText("No data in this range.").length).toBeGreaterThan(5);
  expect(screen.queryByText("Temperature")).toBeNull();
});

test("main facts are in sight, the others when they are asked for", async () => {
  const user = userEvent.setup();
  openConsole("/hosts/agent-1", serverWith(makeDetail()));
  expect(await screen.findByText("Address", { selector: "dt" })).toBeVisible();
  expect(screen.queryByText("Id", { selector: "dt" })).toBeNull();
  await user.click(screen.getByRole("button", { name: "More facts" }));
  expect(screen.getByText("Id", { selector: "dt" })).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Fewer facts" }));
  expect(screen.queryByText("Id", { selector: "dt" })).toBeNull();
});

test("the machine's logs and its agent are a click away", async () => {
  openConsole("/hosts/agent-1", serverWith(makeDetail()));
  const ways = within(await screen.findByRole("navigation", { name: "More of this machine" }));
  const { agent } = makeDetail();
  const logs = ways.getByRole("link", { name: "Logs" }).getAttribute("href") ?? "";
  expect(new URL(logs, location.href).searchParams.get("q")).toBe(`agent:${agent.hostname}`);
  const fleet = ways.getByRole("link", { name: "Agent and runners" }).getAttribute("href") ?? "";
  expect(new URL(fleet, location.href).searchParams.get("open")).toBe(agent.agent_id);
});

test("without log rows only an axis stands below the marks", async () => {
  const logs = { ...TIMELINE.logs, total: 0, levels: [] } as unknown as Timeline["logs"];
  openConsole("/hosts/agent-1", {
    ...serverWith(makeDetail()),
    "GET /console/v1/hosts/agent-1/timeline": { body: { ...TIMELINE, logs } },
  });
  expect(await screen.findByText("No log rows in this range.")).toBeVisible();
  expect(vi.mocked(openBars).mock.calls.at(-1)?.[3]).toMatchObject({ hasScale: false });
});

test("a click on a name shows its line alone, with Ctrl it hides it", async () => {
  const user = userEvent.setup();
  openConsole("/hosts/agent-1", serverWith(makeDetail()));
  const entry = await screen.findByRole("button", { name: /^user 42\.5\s%$/ });
  const other = screen.getByRole("button", { name: /^system 7/ });
  const shown = () =>
    vi
      .mocked(openPlot)
      .mock.calls.at(-1)?.[1]
      .map(({ label }) => label);
  await user.click(entry);
  expect(other).toHaveAttribute("aria-pressed", "false");
  expect(shown()).toEqual(["user"]);
  await user.click(entry);
  expect(shown()).toEqual(["user", "system"]);
  await user.keyboard("{Control>}");
  await user.click(entry);
  await user.keyboard("{/Control}");
  expect(entry).toHaveAttribute("aria-pressed", "false");
  expect(shown()).toEqual(["system"]);
});

test("a chart is enlarged, kept in the address, and Escape leads back", async () => {
  const user = userEvent.setup();
  const { router } = openConsole("/hosts/agent-1", serverWith(makeDetail()));
  await user.click(await screen.findByRole("button", { name: "Enlarge CPU" }));
  const dialog = await screen.findByRole("dialog", { name: "Processor · CPU" });
  expect(within(dialog).getByRole("img", { name: "CPU over time" })).toBeInTheDocument();
  expect(router.state.location.search).toMatchObject({ chart: "cpu" });
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(router.state.location.href).toBe("/hosts/agent-1");
});

test("every part of the page is a click away, with the number of its charts", async () => {
  const detail = makeDetail();
  const last = (metric: string) => ({ ...LAST, metric });
  detail.last = [last("temperature.celsius"), last("app.queue"), last("app.workers"), last("odd")];
  const { container } = openConsole("/hosts/agent-1", serverWith(detail));
  const nav = await screen.findByRole("navigation", { name: "Parts of the page" });
  const places = within(nav).getAllByRole("link");
  expect(places.map(({ textContent }) => textContent)).toEqual([
    "Processor2",
    "Memory2",
    "Disks2",
    "Network3",
    "Processes3",
    "Hardware1",
    "app2",
    "Other metrics1",
    "Details",
  ]);
  for (const place of places) {
    expect(container.querySelector(place.getAttribute("href") ?? "")).not.toBeNull();
  }
});

test("charts stand still, and move on with the span that they had", async () => {
  const user = userEvent.setup();
  const { router } = openConsole("/hosts/agent-1?range=6h", serverWith(makeDetail()));
  const live = await screen.findByRole("button", { name: "Live" });
  expect(live).toHaveAttribute("aria-pressed", "true");
  await user.click(live);
  expect(live).toHaveAttribute("aria-pressed", "false");
  const { from, to } = router.state.location.search as { from: number; to: number };
  expect(to - from).toBe(21_600e6);
  await user.click(live);
  expect(router.state.location.href).toBe("/hosts/agent-1?range=6h");
});

test("the range is asked for, kept in the address, and zoomed by a chart", async () => {
  const user = userEvent.setup();
  const { router, calls } = openConsole("/hosts/agent-1?range=6h", serverWith(makeDetail()));
  await screen.findByRole("img", { name: "CPU over time" });
  const spans = () =>
    calls
      .filter(({ route }) => route === "GET /api/metrics")
      .map(({ url }) => Number(url.searchParams.get("to")) - Number(url.searchParams.get("from")));
  expect(new Set(spans())).toEqual(new Set([21_600e6]));
  expect(screen.getByRole("button", { name: "6 h" })).toHaveAttribute("aria-pressed", "true");

  vi.mocked(openPlot).mock.calls[0]?.[3].onZoom(1_795_243_000, 1_795_243_600);
  const live = screen.getByRole("button", { name: "Live" });
  await waitFor(() => expect(live).toHaveAttribute("aria-pressed", "false"));
  expect(router.state.location.search).toMatchObject({
    from: 1_795_243_000e6,
    to: 1_795_243_600e6,
  });
  await waitFor(() => expect(spans()).toContain(600e6));
  await user.click(live);
  await waitFor(() => expect(router.state.location.href).toBe("/hosts/agent-1?range=6h"));
});

test("rubbish names stay text in header, legend and tables", async () => {
  const detail = makeDetail();
  detail.agent.hostname = RUBBISH;
  detail.report = { ...makeReport(), process: { [RUBBISH]: [7] } };
  const { container } = openConsole("/hosts/agent-1", serverWith(detail));
  expect(await screen.findByRole("heading", { level: 1 })).toHaveTextContent(RUBBISH);
  expect(await screen.findByRole("cell", { name: RUBBISH })).toBeVisible();
  expect(await screen.findByRole("button", { name: /onerror.* 2.KiB/ })).toBeVisible();
  expect(container.querySelector("img")).toBeNull();
});

test.each([
  ["processes", "The machine has not reported yet."],
  ["ports", "The machine has not reported yet."],
  ["disks", "The machine has not told its disks yet."],
  ["interfaces", "The machine has not told its interfaces yet."],
  ["environment", "The machine has not told its environment yet."],
])("without data the tab %s says so", async (tab, text) => {
  openConsole(`/hosts/agent-1?tab=${tab}`, serverWith(makeDetail()));
  expect(await screen.findByText(text)).toBeVisible();
});

test("a machine that is not there is told as such", async () => {
  openConsole("/hosts/nobody", SIGNED_IN);
  expect(await screen.findByText("No such machine")).toBeVisible();
});

test("charts that cannot be read leave the rest of the page standing", async () => {
  const replies = serverWith(makeDetail());
  replies["GET /api/metrics"] = { status: 400, body: { code: "x", message: "Too many points." } };
  openConsole("/hosts/agent-1", replies);
  expect((await screen.findAllByText("Too many points.")).length).toBe(6);
  expect(screen.getByRole("heading", { level: 1 })).toHaveTextContent("web-1");
});

test("when the next answer fails the charts stay and say that they are old", async () => {
  const user = userEvent.setup();
  const replies = serverWith(makeDetail());
  openConsole("/hosts/agent-1", replies);
  await screen.findByRole("img", { name: "CPU over time" });
  replies["GET /api/metrics"] = { status: 400, body: { code: "x", message: "Too many points." } };
  await user.click(screen.getByRole("button", { name: "24 h" }));
  const retries = await screen.findAllByRole("button", { name: "Not up to date, try again" });
  expect(retries).toHaveLength(5);
  expect(screen.getByRole("img", { name: "CPU over time" })).toBeInTheDocument();
});

test("the marks of the timeline are told as a list that leads to them", async () => {
  const { container } = openConsole("/hosts/agent-1?marks=list", serverWith(makeDetail()));
  const table = await screen.findByRole("region", { name: "Marks" });
  const change = within(table).getByRole("link", { name: RUBBISH });
  expect(change).toHaveAttribute("href", "/fleet/changes?revision=12");
  expect(within(table).getByRole("link", { name: "Started" })).toHaveAttribute(
    "href",
    expect.stringContaining("at=1795243000000000"),
  );
  expect(within(table).getByText("person ada")).toBeVisible();
  expect(container.querySelector("img")).toBeNull();
});

test("marks go through every chart until they are switched off", async () => {
  const user = userEvent.setup();
  const { router } = openConsole("/hosts/agent-1", serverWith(makeDetail()));
  await screen.findByRole("img", { name: "CPU over time" });
  const drawn = () => vi.mocked(openPlot).mock.calls.at(-1)?.[3].marks().length;
  await waitFor(() => expect(drawn()).toBe(2));
  await user.click(screen.getByRole("checkbox", { name: "Lines in charts" }));
  expect(router.state.location.search).toMatchObject({ lines: "off" });
  await waitFor(() => expect(drawn()).toBe(0));
});

test("an earlier span is asked for and drawn beside this one", async () => {
  const user = userEvent.setup();
  const { router, calls } = openConsole("/hosts/agent-1", serverWith(makeDetail()));
  await screen.findByRole("img", { name: "CPU over time" });
  await user.selectOptions(screen.getByRole("combobox", { name: "Compare with" }), "day");
  expect(router.state.location.search).toMatchObject({ compare: "day" });
  const starts = () =>
    calls
      .filter(({ route }) => route === "GET /api/metrics")
      .map(({ url }) => Number(url.searchParams.get("from")));
  await waitFor(() =>
    expect(Math.max(...starts()) - Math.min(...starts())).toBeGreaterThanOrEqual(86_400e6),
  );
  await waitFor(() => {
    const lines = vi.mocked(openPlot).mock.calls.at(-1)?.[1] ?? [];
    expect(lines.some(({ isPast }) => isPast)).toBe(true);
  });
});

test("a click on a chart shows the machine as it reported then, and goes on from there", async () => {
  const user = userEvent.setup();
  const replies = serverWith(makeDetail());
  replies["GET /console/v1/hosts/agent-1/moment"] = {
    body: {
      at_us: 1_795_243_030e6,
      report: { ...makeReport(), process: { Borg: [4242] } },
      report_us: 1_795_243_000e6,
      earlier_us: 1_795_242_990e6,
      later_us: null,
      inventory: null,
      inventory_us: null,
    },
  };
  const { router } = openConsole("/hosts/agent-1", replies);
  await screen.findByRole("img", { name: "CPU over time" });
  vi.mocked(openPlot).mock.calls[0]?.[3].onPick?.(1_795_243_030);
  expect(await screen.findByRole("cell", { name: "Borg" })).toBeVisible();
  expect(router.state.location.search).toMatchObject({ at: 1_795_243_030e6 });
  const bar = screen.getByRole("toolbar", { name: "The machine at a moment" });
  expect(bar).toHaveTextContent(/30\ss before the chosen moment/);
  expect(within(bar).getByRole("button", { name: "Later report" })).toBeDisabled();
  await user.click(within(bar).getByRole("button", { name: "Earlier report" }));
  expect(router.state.location.search).toMatchObject({ at: 1_795_242_990e6 });
  await user.click(within(bar).getByRole("button", { name: "Back to now" }));
  await waitFor(() => expect(router.state.location.href).toBe("/hosts/agent-1"));
});

test("versions of the inventory say what changed, and any two are compared", async () => {
  const user = userEvent.setup();
  const replies = serverWith(makeDetail());
  const version = (id: number, change: string, path: string) => ({
    id,
    ts_us: (1_795_243_000 + id) * 1e6,
    change,
    by: "agent agent-1",
    boot_s: null,
    count: path ? 1 : 0,
    differences: path ? [{ path, old: null, new: 8 }] : [],
  });
  const versions = [
    version(9, "changed", "cpu_cores"),
    version(5, "changed", "user"),
    version(1, "created", ""),
  ];
  replies["GET /console/v1/hosts/agent-1/inventory"] = { body: { versions, next: null } };
  replies["GET /console/v1/hosts/agent-1/inventory/differences"] = {
    body: [{ path: "memory_total_bytes", old: 1024, new: 2048 }],
  };
  const { calls } = openConsole("/hosts/agent-1?tab=inventory", replies);
  const list = await screen.findByRole("list", { name: "Versions" });
  expect(within(list).getAllByRole("button")).toHaveLength(3);
  expect(list).toHaveTextContent("Cores");
  expect(await screen.findByRole("row", { name: /Memory 1.KiB 2.KiB/ })).toBeVisible();
  await user.selectOptions(screen.getByRole("combobox", { name: "Compared with" }), "1");
  const asked = () => calls.at(-1)?.url.search;
  await waitFor(() => expect(asked()).toBe("?old=1&new=9"));
});
