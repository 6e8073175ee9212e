"""The console in a real browser, against a real server and agent."""

import re
import socket
import uuid

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.processes import Site, muster
from tests.ui.conftest import Visit, sign_in_link

HOSTILE = "<script>document.title='owned'</script>"


def machine() -> str:
    return socket.gethostname()


def test_the_fleet_shows_this_machine_live(visit: Visit, look: str) -> None:
    visit.page.goto(visit.site.url)
    expect(visit.page.get_by_role("heading", name="Machines")).to_be_visible()
    row = visit.page.get_by_role("link", name=machine(), exact=True).first
    expect(row).to_be_visible()
    expect(visit.page.get_by_text("Online").first).to_be_visible()
    expect(visit.page.get_by_text(re.compile(r"\d\s*%")).first).to_be_visible()
    with visit.page.expect_response(lambda answer: answer.url.endswith("/console/v1/fleet"), timeout=15_000):
        pass
    visit.picture(f"overview-{look}")
    visit.check()


def test_a_machine_shows_its_charts_and_tables(visit: Visit, look: str) -> None:
    visit.page.goto(visit.site.url)
    visit.page.get_by_role("link", name=machine(), exact=True).first.click()
    expect(visit.page.get_by_role("heading", name=machine())).to_be_visible()
    for title in ("CPU", "Load", "Memory", "Traffic", "Disk I/O"):
        expect(visit.page.get_by_role("heading", name=title, exact=True, level=3)).to_be_visible()
    for title in ("CPU", "Load", "Memory", "CPU by process, of one core", "Number of processes"):
        chart = visit.page.get_by_role("article").filter(
            has=visit.page.get_by_role("heading", name=title, exact=True)
        )
        chart.scroll_into_view_if_needed()
        expect(chart.locator("canvas")).to_be_visible()
    if look.endswith("390"):
        visit.page.get_by_role("combobox", name="Time range").select_option("15 min")
    else:
        visit.page.get_by_role("button", name="15 min", exact=True).click()
    expect(visit.page).to_have_url(re.compile("15m"))
    for tab in ("Ports", "Disks", "Interfaces", "Inventory", "Environment", "Processes"):
        visit.page.get_by_role("tab", name=tab).click()
        expect(visit.page.get_by_role("tabpanel")).to_be_visible()
    visit.picture(f"host-{look}")
    visit.check()


@pytest.mark.parametrize("look", ["light-1400"], indirect=True)
def test_a_machine_named_like_a_script_stays_text(visit: Visit) -> None:
    facts = {"hostname": HOSTILE, "machine_id": "x", "platform": HOSTILE, "agent_version": HOSTILE}
    enrolled = httpx.post(
        f"{visit.site.url}/agent/v1/enroll",
        json={"facts": facts},
        headers={"Authorization": f"Bearer {visit.site.token('agent')}"},
        trust_env=False,
    )
    assert enrolled.status_code == 201, enrolled.text
    visit.page.goto(visit.site.url)
    visit.page.get_by_role("link", name=HOSTILE).first.click()
    expect(visit.page.get_by_role("heading", name=HOSTILE)).to_be_visible()
    assert "owned" not in visit.page.title() or HOSTILE in visit.page.title()
    assert visit.page.locator("script:not([src])").count() == 0
    visit.check()


def test_who_is_not_signed_in_comes_back_after_signing_in(browser: Browser, live: Site) -> None:
    name = f"ada-{uuid.uuid4().hex[:6]}"
    muster("user", "create", name, "--data", str(live.data), environ={"MUSTER_PASSWORD": "correct horse"})
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{live.url}/hosts/nobody")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password", exact=True).fill("wrong password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Wrong name or password", exact=False)).to_be_visible()
    page.get_by_label("Password", exact=True).fill("correct horse")
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile("/hosts/nobody"))
    page.get_by_role("button", name=name).click()
    page.get_by_text("Sign out").click()
    expect(page).to_have_url(re.compile("/sign-in"))
    page.goto(live.url)
    expect(page).to_have_url(re.compile("/sign-in"))
    context.close()


def test_a_link_works_once_also_in_a_page_that_is_open(browser: Browser, live: Site) -> None:
    link = sign_in_link(live)
    first, second = browser.new_context(), browser.new_context()
    page = first.new_page()
    page.goto(f"{live.url}/sign-in")
    page.get_by_role("button", name="Sign in").wait_for()
    page.goto(link)
    expect(page.get_by_role("heading", name="Machines")).to_be_visible()
    late = second.new_page()
    late.goto(link)
    expect(late.get_by_text("muster user link", exact=False).first).to_be_visible()
    first.close()
    second.close()
