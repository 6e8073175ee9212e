"""How the console bears ten thousand machines: the overview and the list of agents."""

import functools
import time
from pathlib import Path

import uvloop
from playwright.sync_api import Browser, sync_playwright

from bench.console import find_chromium, sign_in
from bench.console_data import add_machines, iter_looks
from bench.figures import Figure
from bench.frames import Frames, measure_plain, open_tab
from bench.load import drive
from bench.scrolling import WHEEL, smoothness
from tests.processes import Site
from tests.ui.conftest import FLAGS

MACHINES = 10_000
HEARD_S = 10.0
"""Within so long each machine was heard of, and none is offline yet."""

READ_PX = 40_000
UPDATE_S = 16.0
"""A list of so many is read again within this time."""

PAGES = {"overview": "/", "agents": "/fleet"}


def measure_machines(directory: Path, _seconds: float) -> list[Figure]:
    """Open both lists, scroll them, search in them, and watch them while they are read again."""
    program = find_chromium()
    if program is None:
        return []
    figures: list[Figure] = []
    with Site(directory, "--open") as site:
        looks = iter_looks(add_machines(site.data, MACHINES))
        site.start()
        for name, path in PAGES.items():
            uvloop.run(drive(site.port, [functools.partial(next, looks)] * 16, HEARD_S, 204))
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
                plain = measure_plain(browser, READ_PX, WHEEL)
                figures += _list(browser, site, f"{name} of {MACHINES} machines", path, plain)
                browser.close()
    return figures


def _list(browser: Browser, site: Site, what: str, path: str, plain: Frames) -> list[Figure]:
    with open_tab(browser, sign_in(browser, site)) as tab:
        started = time.monotonic()
        tab.page.goto(f"{site.url}{path}")
        tab.page.locator("[role=rowgroup] [role=row]").nth(5).wait_for()
        first_ms = 1000 * (time.monotonic() - started)
        tab.page.locator("[role=rowgroup] [role=row]").first.scroll_into_view_if_needed()
        with tab.recording("rows") as scrolled:
            tab.wheel(READ_PX, WHEEL)
            tab.wheel(-READ_PX, WHEEL)
        with tab.recording() as typed:
            tab.page.locator("#main [type=search]").press_sequentially("web-0042", delay=80)
        tab.page.locator("#main [type=search]").fill("")
        with tab.recording() as updated:
            tab.page.wait_for_timeout(UPDATE_S * 1000)
        heap = tab.heap_mb()
    return [
        Figure(f"{what}: from the address to rows", first_ms, "ms", "its goal", 1500.0, "1500 ms"),
        *smoothness(f"{what}, wheel", scrolled[0], plain),
        *smoothness(f"{what}, typing in its search", typed[0], plain)[:3],
        *smoothness(f"{what}, read again within {UPDATE_S:g} s", updated[0], plain)[:3],
        Figure(f"{what}: script memory", heap, "MB", "its goal", 150.0),
    ]
