"""The logs page in a real browser, against a real `muster up`."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from muster.api.console.pages import BUILT
from tests.conftest import missing
from tests.processes import MUSTER, Program, Site
from tests.ui.conftest import Visit

HOSTILE = "<script>document.title='owned'</script>"
WIDE_ONLY = pytest.mark.parametrize("look", ["light-1400"], indirect=True)


class UpSite(Site):
    """A server with this machine's agent as its child, as `muster up` starts them."""

    def __enter__(self) -> "UpSite":
        return self

    def start(self, environ: Mapping[str, str] | None = None, *, wait: bool = True) -> Program:
        argv = [*MUSTER, "up", "--data", str(self.data), "--port", str(self.port), *self.options]
        self.server = Program(argv, self.directory / "server.log", environ)
        if wait:
            self.wait_ready()
        return self.server

    def log(self, *lines: Mapping[str, Any]) -> None:
        """Store rows; they are durable on return."""
        answer = self.http.post(
            "/console/v1/logs",
            params={"source": "shop"},
            content="\n".join(json.dumps(line) for line in lines),
            headers={"Authorization": f"Bearer {self.writer}", "Content-Type": "application/x-ndjson"},
        )
        assert answer.status_code == 201, answer.text

    @property
    def writer(self) -> str:
        """A token that may store logs, made once."""
        path = self.directory / "token-write-logs"
        return path.read_text() if path.exists() else self.token_file("write:logs").read_text()


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UpSite]:
    """`muster up` with rows of a shop: 300 orders, 20 failures, one of them hostile."""
    if not (BUILT / "index.html").is_file():
        missing("the built console (make web)")
    with UpSite(Path(tmp_path_factory.mktemp("logs-ui")), "--open") as site:
        site.start()
        try:
            site.log(*({"level": "info", "message": f"order {n} paid", "status": 200} for n in range(300)))
            site.log(*({"level": "error", "message": f"order {n} lost", "status": 503} for n in range(20)))
            site.log({"level": "critical", "message": HOSTILE, "html": HOSTILE})
            yield site
        finally:
            assert site.server is not None
            site.server.stop()


def rows(visit: Visit) -> Any:
    return visit.page.get_by_role("grid", name=re.compile("Log rows"))


def search(visit: Visit, query: str) -> None:
    field = visit.page.get_by_role("combobox", name="Search logs")
    field.fill(query)
    field.press("Enter")


def test_a_line_is_searched_and_unfolds(visit: Visit, look: str) -> None:
    visit.page.goto(f"{visit.site.url}/logs?q=source:shop")
    expect(rows(visit).get_by_text("lost").first).to_be_visible()
    search(visit, "order 7 lost")
    expect(visit.page).to_have_url(re.compile("order"))
    expect(rows(visit).get_by_text(re.compile("order 7 lost")).first).to_be_visible()
    expect(rows(visit).get_by_text("order 8 lost")).to_have_count(0)
    rows(visit).get_by_text(re.compile("order 7 lost")).first.click()
    expect(visit.page.get_by_role("button", name="Only rows with status 503")).to_be_visible()
    visit.page.locator("canvas").first.wait_for()
    width = visit.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert width <= 0, f"the page can be scrolled sideways by {width} pixels"
    visit.picture(f"logs-{look}")
    visit.check()


@WIDE_ONLY
def test_a_click_filters_and_back_and_forward_follow(visit: Visit) -> None:
    visit.page.goto(f"{visit.site.url}/logs?q=order")
    rows(visit).get_by_text(re.compile("order 19 lost")).first.click()
    visit.page.get_by_role("button", name="No rows with status 503").click()
    expect(visit.page.get_by_role("combobox", name="Search logs")).to_have_value("order NOT status:503")
    expect(rows(visit).get_by_text("paid").first).to_be_visible()
    expect(rows(visit).get_by_text("lost")).to_have_count(0)
    visit.page.go_back()
    expect(visit.page.get_by_role("combobox", name="Search logs")).to_have_value("order")
    expect(rows(visit).get_by_text("lost").first).to_be_visible()
    visit.page.go_forward()
    expect(rows(visit).get_by_text("lost")).to_have_count(0)
    visit.check()


@WIDE_ONLY
def test_the_tail_shows_what_arrives_and_waits_while_one_reads_below(visit: Visit) -> None:
    site = visit.site
    assert isinstance(site, UpSite)
    visit.page.goto(f"{site.url}/logs?q=source:shop&tail=true")
    expect(visit.page.get_by_text("Following what arrives")).to_be_visible()
    site.log({"level": "notice", "message": "the kettle boils"})
    expect(rows(visit).get_by_text("the kettle boils")).to_be_visible()
    visit.page.mouse.wheel(0, 1500)
    visit.page.wait_for_function("window.scrollY > 500")
    site.log({"level": "notice", "message": "the tea is ready"})
    visit.page.get_by_role("button", name="1 new").click()
    expect(rows(visit).get_by_text("the tea is ready")).to_be_visible()
    visit.check()


@WIDE_ONLY
def test_values_complete_and_a_wrong_query_is_marked(visit: Visit) -> None:
    visit.page.goto(f"{visit.site.url}/logs")
    field = visit.page.get_by_role("combobox", name="Search logs")
    field.press_sequentially("stat")
    visit.page.get_by_role("option", name=re.compile("status")).click()
    visit.page.get_by_role("option", name=re.compile("503")).click()
    expect(field).to_have_value("status:503 ")
    field.press("Enter")
    expect(rows(visit).get_by_text("lost").first).to_be_visible()
    expect(rows(visit).get_by_text("paid")).to_have_count(0)
    search(visit, "lost (order")
    expect(visit.page.get_by_role("alert").locator("mark").first).to_have_text("(")


@WIDE_ONLY
def test_a_stored_script_stays_text(visit: Visit) -> None:
    visit.page.goto(f"{visit.site.url}/logs?q=level:critical")
    rows(visit).get_by_text(HOSTILE).first.click()
    expect(rows(visit).get_by_text(HOSTILE)).to_have_count(3)
    assert visit.page.title() == "Logs · Muster"
    assert visit.page.locator("script:not([src])").count() == 0
    visit.check()


@WIDE_ONLY
def test_what_was_found_is_downloaded(visit: Visit) -> None:
    visit.page.goto(f"{visit.site.url}/logs?q=lost")
    expect(rows(visit).get_by_text("lost").first).to_be_visible()
    visit.page.get_by_role("button", name="View").click()
    with visit.page.expect_download() as download:
        visit.page.get_by_role("menuitem", name=re.compile("NDJSON")).click()
    lines = Path(download.value.path()).read_text().splitlines()
    assert len(lines) == 20
    assert all("lost" in json.loads(line)["message"] for line in lines)


@WIDE_ONLY
def test_keys_lead_here_and_dialogs_open_under_the_policy(visit: Visit) -> None:
    visit.page.goto(f"{visit.site.url}/?q=nobody")
    visit.page.get_by_role("link", name="Logs").wait_for()
    visit.page.keyboard.press("g")
    visit.page.keyboard.press("l")
    expect(visit.page.get_by_role("heading", name="Logs")).to_be_visible()
    visit.page.keyboard.press("/")
    expect(visit.page.get_by_role("combobox", name="Search logs")).to_be_focused()
    search(visit, "order 12 lost")
    rows(visit).get_by_text(re.compile("order 12 lost")).first.click()
    visit.page.get_by_role("button", name="Rows around it").click()
    around = visit.page.get_by_role("dialog", name="Rows around it")
    expect(around.get_by_text("order 11 lost")).to_be_visible()
    expect(around.get_by_text("order 13 lost")).to_be_visible()
    visit.page.go_back()
    expect(around).to_be_hidden()
    visit.page.keyboard.press("Control+k")
    visit.page.get_by_role("combobox", name="Go to or do").fill("utc")
    visit.page.keyboard.press("Enter")
    expect(visit.page.get_by_role("button", name="Times are shown in: UTC")).to_be_visible()
    visit.check()
