"""A browser, and a real server with a real agent that has been at work for a while."""

import functools
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect, sync_playwright

from muster.api.console.pages import BUILT
from tests.conftest import missing
from tests.processes import MUSTER, Program, Site, muster, wait_for

FLAGS = ("--no-sandbox", "--disable-background-networking", "--disable-component-update")
WIDE, NARROW = (1400, 900), (390, 844)
EXPECTED_MS = 20_000
"""As long as `wait_for` waits: a page waits for a server that shares its cores with other tests."""

SCREENSHOTS = os.environ.get("MUSTER_SCREENSHOTS", "")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        missing("Chromium")
    expect.set_options(timeout=EXPECTED_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server, and an agent of this machine that looks every second."""
    if not (BUILT / "index.html").is_file():
        missing("the built console (make web)")
    directory = tmp_path_factory.mktemp("ui")
    with Site(directory, "--open") as site:
        site.start({"MUSTER_AGENT_INTERVAL_S": "1"})
        argv = [*MUSTER, "agent", "--server", site.url, "--interval", "1"]
        argv += ["--token-file", str(site.token_file("agent")), "--data", str(directory / "agent")]
        agent = Program(argv, directory / "agent.log")
        try:
            wait_for("a few looks", lambda: looks(site) >= 4, 40)
            yield site
        finally:
            agent.stop()


def looks(site: Site) -> int:
    answer = site.get("/api/metrics", params={"metric": "cpu.used_percent", "from": "-2m"})
    values = [value for series in answer.json().get("series", []) for value in series["values"]]
    return sum(value is not None for value in values)


def sign_in_link(site: Site) -> str:
    return muster("user", "link", "--data", str(site.data), "--url", site.url).stdout.strip()


@functools.cache
def documented(url: str) -> frozenset[tuple[str, str]]:
    """Return method and path, as a pattern, of every route in a server's OpenAPI document."""
    paths = httpx.get(f"{url}/openapi.json", trust_env=False).json()["paths"]
    return frozenset(
        (method.upper(), "[^/]+".join(map(re.escape, re.split(r"{[^}]*}", path))))
        for path, methods in paths.items()
        for method in methods
    )


def fits(call: tuple[str, str], route: tuple[str, str]) -> bool:
    return call[0] == route[0] and re.fullmatch(route[1], call[1]) is not None


class Visit:
    """A page of somebody who is signed in, and what its browser complained about."""

    def __init__(self, context: BrowserContext, site: Site) -> None:
        self.site = site
        self.page: Page = context.new_page()
        self.hosts: set[str] = set()
        self.calls: set[tuple[str, str]] = set()
        self.complaints: list[str] = []
        self.page.on("request", self._note)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on(
            "console", lambda said: self.complaints.append(said.text) if said.type == "error" else None
        )

    def _note(self, request: Request) -> None:
        url = urlsplit(request.url)
        self.hosts.add(url.netloc)
        if request.resource_type in ("fetch", "xhr", "eventsource"):
            self.calls.add((request.method, url.path))

    def check(self) -> None:
        """Assert that nothing went wrong out of sight, and only routes of the document were asked."""
        assert self.complaints == []
        assert self.hosts == {f"127.0.0.1:{self.site.port}"}
        routes = documented(self.site.url)
        assert {call for call in self.calls if not any(fits(call, route) for route in routes)} == set()

    def picture(self, name: str) -> None:
        """Keep a picture of the whole page when somebody wants to see it."""
        if SCREENSHOTS:
            directory = Path(SCREENSHOTS)
            directory.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=directory / f"{name}.png", full_page=True)


@pytest.fixture(scope="module")
def signed_in(browser: Browser, live: Site) -> str:
    """The cookies of an administrator, as Playwright stores them."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(sign_in_link(live))
    page.get_by_role("navigation", name="Main").wait_for()
    state = live.directory / "state.json"
    context.storage_state(path=state)
    context.close()
    return str(state)


@pytest.fixture(params=["light-1400", "dark-1400", "light-390", "dark-390"])
def look(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def visit(browser: Browser, live: Site, signed_in: str, look: str) -> Iterator[Visit]:
    scheme, width = look.split("-")
    size = WIDE if width == "1400" else NARROW
    context = browser.new_context(
        storage_state=signed_in,
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    yield Visit(context, live)
    context.close()
