"""How long the console's first page takes to show data, with a fleet and many log rows stored."""

import shutil
import statistics
from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import Browser, StorageState, sync_playwright

from bench.console_data import fill_logs, open_tables
from bench.figures import Figure
from muster.api.console.pages import BUILT
from tests.processes import MUSTER, Program, Site, wait_for
from tests.ui.conftest import FLAGS, sign_in_link

AGENTS, ROWS, LOADS = 200, 10_000_000, 5
START_S = 240.0

SHOWN = """
const told = () => {
  if (document.querySelector('[role=grid] [role=row] a[href^="/hosts/"], #main h2')) {
    requestAnimationFrame(() => {
      document.documentElement.dataset.shown = performance.now();
    });
  } else {
    requestAnimationFrame(told);
  }
};
told();
"""
"""Notes when machines, or the word that there are none, are on the screen."""


def measure_console(directory: Path, _seconds: float) -> list[Figure]:
    """Open the first page with a cold cache, of a full server and of an empty one."""
    program = find_chromium()
    if program is None:
        return []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        empty = _loads(browser, directory / "empty", agents=0)
        full = _loads(browser, directory / "full", agents=AGENTS)
        browser.close()
    what = f"console: first load to data, {AGENTS} agents, {ROWS // 1_000_000} M log rows"
    same = "the same page of an empty server"
    return [
        Figure(f"{what}: median", statistics.median(full), "ms", same, statistics.median(empty), "1500 ms"),
        Figure(f"{what}: slowest of {LOADS}", max(full), "ms", same, max(empty)),
    ]


def find_chromium() -> str | None:
    """Return the browser; None, and a word about it, when the console cannot be measured."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None or not (BUILT / "index.html").is_file():
        print("the console is not measured: it needs Chromium and `make web`")
        return None
    return program


def _loads(browser: Browser, directory: Path, *, agents: int) -> list[float]:
    """Return the milliseconds from navigation to data on the screen, of each load."""
    directory.mkdir()
    with Site(directory, "--open") as site:
        if agents:
            with open_tables(site.data) as clients:
                fill_logs(clients, ROWS)
        site.start()
        fleet = _start_fleet(site, directory, agents) if agents else None
        try:
            cookies = sign_in(browser, site)
            return [_load(browser, site, cookies) for _ in range(LOADS)]
        finally:
            if fleet is not None:
                fleet.kill()


def _start_fleet(site: Site, directory: Path, agents: int) -> Program:
    argv = [*MUSTER, "generate", "fleet", "--agents", str(agents), "--server", site.url]
    fleet = Program([*argv, "--token-file", str(site.token_file("agent"))], directory / "fleet.log")

    def has_samples() -> bool:
        hosts: list[Mapping[str, object]] = site.get("/console/v1/fleet", headers=headers).json()["hosts"]
        return sum(host["cpu_percent"] is not None for host in hosts) == agents

    headers = {"Authorization": f"Bearer {site.token('read')}"}
    wait_for("every machine has samples", has_samples, START_S, every_s=1)
    return fleet


def sign_in(browser: Browser, site: Site) -> StorageState:
    """Return the cookies of an administrator."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(sign_in_link(site))
    page.get_by_role("navigation").first.wait_for()
    state = context.storage_state()
    context.close()
    return state


def _load(browser: Browser, site: Site, cookies: StorageState) -> float:
    """Open the page in a browser that has nothing but its cookies."""
    context = browser.new_context(storage_state=cookies, viewport={"width": 1280, "height": 860})
    try:
        page = context.new_page()
        page.add_init_script(SHOWN)
        page.goto(site.url)
        shown = page.locator("html[data-shown]")
        shown.wait_for()
        return float(shown.get_attribute("data-shown") or "nan")
    finally:
        context.close()
