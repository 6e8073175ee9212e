"""What a telephone shows: nothing is cut, nothing lies over what is to be pressed."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Locator, expect

from tests.processes import Site
from tests.ui.conftest import Visit
from tests.ui.sample import CONFIG, TAG, fill, settle

NARROW = pytest.mark.parametrize("look", ["light-390"], indirect=True)


@pytest.fixture(scope="module")
def filled(live: Site) -> str:
    return fill(live)


@pytest.fixture
def admin(live: Site) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {live.token('admin')}"}
    with httpx.Client(base_url=live.url, headers=headers, timeout=20, trust_env=False) as client:
        yield client


def is_whole(element: Locator) -> bool:
    """Tell whether nothing of an element lies beside the window, or is cut off by its own edge."""
    box = element.bounding_box()
    assert box is not None
    fits = element.evaluate("each => each.scrollWidth <= each.clientWidth + 1")
    return bool(fits) and box["x"] >= 0 and box["x"] + box["width"] <= 390


@NARROW
def test_the_panel_of_a_configuration_is_one_press_away(visit: Visit, filled: str) -> None:
    page = visit.page
    page.goto(f"{visit.site.url}/fleet/configs/{CONFIG}")
    settle(page)
    editor, tools = page.get_by_role("tab", name="Try"), page.get_by_role("textbox", name="Note")
    expect(tools).to_be_visible()
    expect(editor).to_be_hidden()
    visit.picture("narrow-config-editor")
    page.get_by_text("Try and more").click()
    expect(editor).to_be_in_viewport()
    expect(tools).to_be_hidden()
    visit.picture("narrow-config-tools")
    page.reload()
    expect(editor).to_be_visible()
    visit.check()


@NARROW
def test_waves_are_not_cut(visit: Visit, filled: str) -> None:
    page = visit.page
    page.goto(f"{visit.site.url}/fleet/releases")
    settle(page)
    rows = page.get_by_role("region", name="Upgrade waves").last.get_by_role("row")
    wave = rows.filter(has_text=TAG).first
    expect(wave).to_be_visible()
    assert is_whole(wave)
    assert is_whole(page.get_by_role("region", name="Upgrade waves").last)
    visit.picture("narrow-releases")
    visit.check()


@NARROW
def test_kinds_of_audit_events_are_whole(visit: Visit, filled: str) -> None:
    page = visit.page
    page.goto(f"{visit.site.url}/audit")
    settle(page)
    kinds = page.locator("[role=row] strong")
    expect(kinds.first).to_be_visible()
    assert all(is_whole(kind) for kind in kinds.all()[:8])
    visit.picture("narrow-audit")
    page.goto(f"{visit.site.url}/logs")
    settle(page)
    visit.picture("narrow-logs")
    visit.check()


@NARROW
def test_the_bar_with_undo_can_be_scrolled_away_from(visit: Visit, filled: str, admin: httpx.Client) -> None:
    page = visit.page
    page.goto(f"{visit.site.url}/fleet/configs/{CONFIG}")
    settle(page)
    page.get_by_role("textbox", name="Note").fill("Another note")
    page.get_by_role("button", name="Review and save").click()
    page.get_by_role("dialog").get_by_role("button", name="Save", exact=True).click()
    bar = page.get_by_role("status").filter(has=page.get_by_role("button", name="Undo"))
    expect(bar).to_be_visible()
    page.evaluate("window.scrollTo(0, document.documentElement.scrollHeight)")
    last = page.get_by_role("button", name="Review and save").bounding_box()
    above = bar.bounding_box()
    assert last is not None
    assert above is not None
    assert last["y"] + last["height"] <= above["y"]
    visit.picture("narrow-undo")
    visit.check()


@NARROW
@pytest.mark.parametrize("part", ["tokens", "storage", "users", "about", "collection"])
def test_tables_of_settings_are_not_cut(visit: Visit, filled: str, part: str) -> None:
    page = visit.page
    page.goto(f"{visit.site.url}/settings?part={part}")
    settle(page)
    for table in page.get_by_role("table").all():
        assert is_whole(table)
        for cell in table.get_by_role("cell").all():
            assert is_whole(cell), cell.inner_text()
    visit.picture(f"narrow-settings-{part}")
    visit.check()
