"""How smoothly the console's long pages move: 100,000 log rows, more than 50 charts, a live tail."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from playwright.sync_api import Browser, sync_playwright

from bench.console import find_chromium, sign_in
from bench.console_data import add_machines, fill_host, fill_logs, open_tables
from bench.figures import Figure
from bench.frames import Frames, Tab, measure_plain, open_tab
from muster.model.ids import AgentId
from tests.processes import Site
from tests.ui.conftest import FLAGS

STORED_ROWS, READ_ROWS = 400_000, 100_000
WHEEL = 4_000
"""Pixels a second: somebody who turns a wheel fast, forty notches of it."""

FLUNG, FLUNG_S = 25_000, 5
"""Pixels a second of a wheel that spins freely: a thousand rows; and for how many seconds."""

READ_PX = 40_000
TAIL_LINES, TAIL_HZ, TAIL_S = 100, 10, 30.0
LOAD_S = 40.0
READ_S = 240.0
CHARTS = 50
AT_END_PX = 2


def measure_scrolling(directory: Path, seconds: float) -> list[Figure]:
    """Scroll logs and charts by wheel; against a long page without script, scrolled likewise."""
    program = find_chromium()
    if program is None:
        return []
    with Site(directory, "--open") as site:
        add_machines(site.data, 2)
        with open_tables(site.data) as clients:
            fill_logs(clients, STORED_ROWS)
            agent = fill_host(clients)
        site.start()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
            plain = measure_plain(browser, READ_PX, WHEEL)
            print(f"a plain page: {plain.text()}")
            figures = _logs(browser, site, plain)
            figures += _charts(browser, site, agent, plain)
            figures += _tail(browser, site, min(seconds, TAIL_S), plain)
            browser.close()
    return figures


def smoothness(what: str, frames: Frames, plain: Frames) -> list[Figure]:
    """Return the figures that tell how smooth something was."""
    print(f"{what}: {frames.text()}")
    same = "a long page without script"
    return [
        Figure(
            f"{what}: p99 of frames", frames.percentile(0.99), "ms", same, plain.percentile(0.99), "33 ms"
        ),
        Figure(f"{what}: longest task", frames.longest_task_ms, "ms", same, plain.longest_task_ms, "100 ms"),
        Figure(f"{what}: CPU of the page's thread", frames.cpu_ms, "ms", same, plain.cpu_ms),
        Figure(f"{what}: scrolls that came upon blank places", 100 * frames.blank, "%", same, 0.0, "0"),
    ]


def _logs(browser: Browser, site: Site, plain: Frames) -> list[Figure]:
    with open_tab(browser, sign_in(browser, site)) as tab:
        tab.page.goto(f"{site.url}/logs?range=7d")
        tab.page.locator("[role=grid] [role=row]").nth(20).wait_for()
        few = tab.heap_mb()
        with tab.recording("rows") as near:
            tab.wheel(READ_PX, WHEEL)
        with tab.recording("rows") as flung:
            tab.wheel(FLUNG_S * FLUNG, FLUNG)
        _read_on(tab)
        many = tab.heap_mb()
        with tab.recording("rows") as far:
            tab.wheel(-READ_PX, WHEEL)
        with tab.recording("rows") as dragged:
            tab.page.evaluate(DRAG)
    return [
        *smoothness("log rows, wheel", near[0], plain),
        *smoothness("log rows, a wheel that spins freely", flung[0], plain),
        *smoothness(f"{READ_ROWS} log rows, wheel", far[0], plain),
        *smoothness(f"{READ_ROWS} log rows, dragged to far places", dragged[0], plain),
        Figure(f"{READ_ROWS} log rows: script memory", many, "MB", "500 rows", few),
    ]


DRAG = """
async () => {
  const end = document.documentElement.scrollHeight - innerHeight;
  const places = [0.9, 0.1, 0.5, 0.75, 0.25, 0.02, 0.98, 0.4, 0.6, 0];
  for (const place of places) {
    const from = scrollY, to = place * end;
    for (let step = 1; step <= 30; step += 1) {
      await new Promise(requestAnimationFrame);
      scrollTo(0, from + ((to - from) * step) / 30);
    }
  }
}
"""
"""As a scroll bar is dragged: half a second to each place."""


def _read_on(tab: Tab) -> None:
    """Go to the end of what is there until it is as many rows as are to be measured."""
    started_s = time.monotonic()
    while (shown := _shown_rows(tab)) < READ_ROWS:
        assert time.monotonic() < started_s + READ_S, f"only {shown} rows came"
        tab.page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
        tab.page.wait_for_timeout(50)
    print(f"{shown} log rows, the last of them {time.monotonic() - started_s:.1f} s after the wheel")


def _shown_rows(tab: Tab) -> int:
    rows: int = tab.page.evaluate(
        "Number(document.querySelector('[role=grid] [role=rowgroup] > [role=row]:last-child')"
        "?.getAttribute('aria-rowindex') ?? 0)"
    )
    return rows


def _charts(browser: Browser, site: Site, agent: AgentId, plain: Frames) -> list[Figure]:
    with open_tab(browser, sign_in(browser, site)) as tab:
        tab.page.goto(f"{site.url}/hosts/{agent}?range=24h")
        tab.page.locator("#main article canvas").first.wait_for()
        with tab.recording("charts") as first:
            _to_the_end(tab, WHEEL)
        charts = tab.page.locator("#main article").count()
        with tab.recording("charts") as back:
            tab.wheel(-_height(tab), WHEEL)
        tab.page.locator("#main article canvas").first.scroll_into_view_if_needed()
        place = tab.page.locator("#main article canvas").first.bounding_box()
        assert place is not None
        with tab.recording() as cursor:
            for step in range(300):
                tab.page.mouse.move(place["x"] + 80 + step % 150 * 2, place["y"] + 60)
    print(f"{charts} charts")
    assert charts >= CHARTS, "too few charts"
    return [
        *smoothness(f"{charts} charts of 24 h, wheel down for the first time", first[0], plain),
        *smoothness(f"{charts} charts of 24 h, wheel up again", back[0], plain),
        *smoothness(f"{charts} charts of 24 h, cursor across", cursor[0], plain)[:3],
    ]


def _height(tab: Tab) -> float:
    return float(tab.page.evaluate("document.documentElement.scrollHeight - innerHeight"))


def _to_the_end(tab: Tab, speed: float) -> None:
    """Scroll until there is nothing below, and nothing more is on its way."""
    end_s = time.monotonic() + LOAD_S
    while time.monotonic() < end_s:
        rest = _height(tab) - float(tab.page.evaluate("scrollY"))
        if rest > AT_END_PX:
            tab.wheel(rest, speed)
        elif tab.page.locator("#main article").count() >= CHARTS:
            return


def _tail(browser: Browser, site: Site, seconds: float, plain: Frames) -> list[Figure]:
    rate = TAIL_LINES * TAIL_HZ
    with open_tab(browser, sign_in(browser, site)) as tab:
        tab.page.goto(f"{site.url}/logs?tail=true&range=15m")
        tab.page.get_by_text("Following what arrives").wait_for()
        few = tab.heap_mb()
        with tab.recording("rows") as frames, _writing(site):
            tab.page.wait_for_timeout(seconds * 1000)
        heap = tab.heap_mb()
        assert "items?page" in tab.page.locator("[role=rowgroup]").inner_text(), "nothing was followed"
    what = f"live tail of {rate} lines a second, {seconds:g} s"
    return [
        *smoothness(what, frames[0], plain),
        Figure(f"{what}: script memory", heap, "MB", "before it", few),
    ]


@contextmanager
def _writing(site: Site) -> Iterator[None]:
    """Store lines all the time."""
    stop = threading.Event()
    headers = {"Authorization": f"Bearer {site.token('write:logs')}", "Content-Type": "application/x-ndjson"}

    def write() -> None:
        with httpx.Client(base_url=site.url, headers=headers, trust_env=False) as client:
            number, next_s = 0, time.monotonic()
            while not stop.wait(max(0.0, next_s - time.monotonic())):
                next_s += 1 / TAIL_HZ
                lines = [
                    json.dumps({"level": "info", "message": f'GET /items?page={number + n} 200 "curl/8"'})
                    for n in range(TAIL_LINES)
                ]
                number += TAIL_LINES
                client.post(
                    "/console/v1/logs", params={"source": "shop"}, content="\n".join(lines)
                ).raise_for_status()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
