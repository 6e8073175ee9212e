"""The events page in a real browser, against a real server."""

import re
import time
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, expect

from muster.api.console.pages import BUILT
from tests.conftest import missing
from tests.processes import Site
from tests.ui.conftest import Visit

HOSTILE = "<script>document.title='owned'</script>"
WIDE_ONLY = pytest.mark.parametrize("look", ["light-1400"], indirect=True)


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server that counted three events in each hour of three days."""
    if not (BUILT / "index.html").is_file():
        missing("the built console (make web)")
    with Site(tmp_path_factory.mktemp("events-ui"), "--open") as site:
        site.start()
        now_s = int(time.time())
        adds = [
            {"event": name, "count": times, "ts": now_s - 3600 * hour}
            for name, times in (("signed up", 3), ("order/paid", 20), (HOSTILE, 1))
            for hour in range(72)
        ]
        assert site.http.post("/api/events", json=adds).status_code == 201
        yield site


def card(visit: Visit, name: str) -> Locator:
    return visit.page.get_by_role("article", name=name, exact=True)


def test_events_show_their_totals_and_charts(visit: Visit, look: str) -> None:
    visit.page.goto(f"{visit.site.url}/events")
    expect(visit.page.get_by_text("3 names, counted 1,728 times")).to_be_visible()
    expect(card(visit, "order/paid").get_by_text("1,440 in range")).to_be_visible()
    expect(card(visit, "order/paid").get_by_role("img", name=re.compile("1,440 from"))).to_be_visible()
    expect(card(visit, HOSTILE)).to_be_visible()
    assert visit.page.title() == "Events · Muster"
    assert visit.page.locator("script:not([src])").count() == 0
    width = visit.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert width <= 0, f"the page can be scrolled sideways by {width} pixels"
    visit.picture(f"events-{look}")
    visit.check()


@WIDE_ONLY
def test_names_are_found_and_compared_and_the_address_keeps_it(visit: Visit) -> None:
    visit.page.goto(f"{visit.site.url}/events")
    table = visit.page.get_by_role("grid", name="Events by name")
    for name in ("signed up", "order/paid"):
        visit.page.get_by_role("checkbox", name=f"Show {name} in the charts").check()
    expect(card(visit, HOSTILE)).to_have_count(0)
    visit.page.get_by_role("searchbox", name="Search events").fill("PAID")
    expect(table.get_by_text("order/paid")).to_be_visible()
    expect(table.get_by_text("signed up")).to_have_count(0)
    visit.page.get_by_role("button", name="Day", exact=True).click()
    visit.page.reload()
    expect(card(visit, "signed up")).to_be_visible()
    expect(visit.page.get_by_role("button", name="Day", exact=True)).to_have_attribute("aria-pressed", "true")
    visit.check()


@WIDE_ONLY
def test_a_drag_zooms_and_back_undoes_it(visit: Visit) -> None:
    visit.page.goto(f"{visit.site.url}/events?range=7d")
    chart = card(visit, "order/paid").locator(".u-over")
    box = chart.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    visit.page.mouse.move(box["x"] + box["width"] * 0.7, middle)
    visit.page.mouse.down()
    visit.page.mouse.move(box["x"] + box["width"] * 0.9, middle, steps=8)
    visit.page.mouse.up()
    expect(visit.page).to_have_url(re.compile(r"from=\d+"))
    expect(visit.page.get_by_role("button", name="Reset zoom")).to_be_visible()
    visit.page.go_back()
    expect(visit.page.get_by_role("button", name="7 d")).to_have_attribute("aria-pressed", "true")
    visit.check()


@WIDE_ONLY
def test_the_picture_of_a_day_is_downloaded(visit: Visit) -> None:
    visit.page.goto(f"{visit.site.url}/events")
    card(visit, "order/paid").get_by_role("button", name="Picture").click()
    with visit.page.expect_download() as download:
        visit.page.get_by_role("button", name="PNG").click()
    assert re.fullmatch(r"order_paid-\d{4}-\d\d-\d\d\.png", download.value.suggested_filename)
    assert download.value.path().read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    visit.check()


@WIDE_ONLY
def test_an_event_is_described_switched_off_and_on_again(visit: Visit) -> None:
    visit.page.goto(f"{visit.site.url}/events")
    signed_up = card(visit, "signed up")
    signed_up.get_by_role("button", name="Describe it").click()
    signed_up.get_by_label("Description of signed up").fill("Somebody made an account")
    signed_up.get_by_role("button", name="Save").click()
    expect(signed_up.get_by_text("Somebody made an account")).to_be_visible()
    signed_up.get_by_role("button", name="Switch off").click()
    visit.page.get_by_role("dialog").get_by_role("button", name="Switch off").click()
    expect(signed_up.get_by_text("Switched off", exact=False)).to_be_visible()
    path = f"/api/events/{quote('signed up')}"
    assert visit.site.http.post(path).status_code == 403
    signed_up.get_by_role("button", name="Switch on").click()
    expect(signed_up.get_by_role("button", name="Switch off")).to_be_visible()
    assert visit.site.http.post(path).status_code == 201
    visit.check()
