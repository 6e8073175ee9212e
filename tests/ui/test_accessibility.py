"""axe-core finds nothing serious on any page, light or dark, wide or narrow."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.conftest import missing
from tests.processes import Site
from tests.ui.conftest import Visit
from tests.ui.sample import CONFIG, PATHS, fill, settle

AXE = Path(__file__).parents[2] / "web/node_modules/axe-core/axe.min.js"
GRAVE = ("serious", "critical")
TABS = (
    *(f"/hosts/{{host}}?tab={tab}" for tab in ("ports", "disks", "interfaces", "inventory", "environment")),
    "/hosts/{host}?range=15m&compare=previous&marks=list&at=1",
    *(f"/fleet/configs/{CONFIG}?tab={tab}" for tab in ("backtest", "agents", "revisions")),
    "/fleet?open={host}",
    "/settings?part=collection",
)
LOOKS = ("light-1400", "dark-1400", "light-390")

all_looks = pytest.mark.parametrize("look", LOOKS, indirect=True)


@pytest.fixture(scope="module")
def host(live: Site) -> str:
    """The id of this machine's agent, with a sample of everything stored around it."""
    return fill(live)


@pytest.fixture(scope="module")
def axe() -> str:
    if not AXE.is_file():
        missing("axe-core (make setup)")
    return AXE.read_text(encoding="utf-8")


def problems(page: Page, axe: str) -> Iterator[str]:
    """Yield what axe-core calls grave, and where. The policy of the page stays in force."""
    page.evaluate(axe)
    found: dict[str, Any] = page.evaluate("axe.run({resultTypes: ['violations']})")
    for violation in found["violations"]:
        if violation["impact"] in GRAVE:
            for node in violation["nodes"]:
                yield f"{violation['id']}: {node['html']}\n    {node['failureSummary']}"


@all_looks
@pytest.mark.parametrize("path", PATHS)
def test_a_page_has_no_grave_problem(visit: Visit, host: str, axe: str, path: str) -> None:
    check(visit, path.format(host=host), axe)


@pytest.mark.parametrize("look", ["dark-1400"], indirect=True)
@pytest.mark.parametrize("path", TABS)
def test_a_tab_has_no_grave_problem(visit: Visit, host: str, axe: str, path: str) -> None:
    check(visit, path.format(host=host), axe)


def check(visit: Visit, path: str, axe: str) -> None:
    visit.page.goto(visit.site.url + path)
    settle(visit.page)
    assert list(problems(visit.page, axe)) == []
    width = visit.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert width <= 0, f"the page can be scrolled sideways by {width} pixels"


@all_looks
def test_signing_in_has_no_grave_problem(browser: Browser, live: Site, axe: str, look: str) -> None:
    scheme, width = look.split("-")
    size = {"width": int(width), "height": 844}
    context = browser.new_context(viewport=size, color_scheme="dark" if scheme == "dark" else "light")
    page = context.new_page()
    page.goto(f"{live.url}/sign-in")
    page.get_by_label("Name").wait_for()
    assert list(problems(page, axe)) == []
    context.close()


@pytest.mark.parametrize("look", ["light-1400"], indirect=True)
@pytest.mark.parametrize(("path", "keys"), [("/", "?"), ("/", "Control+k"), ("/logs", "/")])
def test_what_keys_open_has_no_grave_problem(visit: Visit, host: str, axe: str, path: str, keys: str) -> None:
    visit.page.goto(visit.site.url + path.format(host=host))
    settle(visit.page)
    visit.page.keyboard.press(keys)
    expect(visit.page.locator(":focus")).to_be_visible()
    assert list(problems(visit.page, axe)) == []
