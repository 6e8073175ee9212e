"""The settings page in a real browser: a token is made, works, and is ended."""

import re

import httpx
import pytest
from playwright.sync_api import expect

from tests.processes import Site, wait_for
from tests.ui.conftest import Visit

WIDE_ONLY = pytest.mark.parametrize("look", ["light-1400"], indirect=True)
PARTS = ("Tokens", "People", "Storage", "Collection", "About")


def status_with(site: Site, token: str) -> int:
    """Return what a request with this token is answered."""
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.get(f"{site.url}/console/v1/fleet", headers=headers, trust_env=False).status_code


@WIDE_ONLY
def test_a_token_is_made_works_and_is_revoked(visit: Visit) -> None:
    page = visit.page
    page.goto(f"{visit.site.url}/settings")
    page.get_by_role("button", name="New token").click()
    page.get_by_label("Name").fill("dashboard")
    page.get_by_role("button", name="Make token").click()
    token = page.get_by_role("figure", name="The token").locator("code").inner_text()
    visit.picture("settings-token-made")
    page.get_by_role("button", name="Done").click()
    assert status_with(visit.site, token) == 200
    page.get_by_role("button", name="Revoke token dashboard").click()
    dialog = page.get_by_role("dialog", name="Revoke token dashboard")
    visit.picture("settings-token-revoke")
    dialog.get_by_role("button", name="Revoke").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("button", name="Revoke token dashboard")).to_have_count(0)
    wait_for("the token to be refused", lambda: status_with(visit.site, token) == 401, 10)
    visit.check()


@WIDE_ONLY
def test_a_person_is_added_signs_in_and_is_removed(visit: Visit) -> None:
    page = visit.page
    page.goto(f"{visit.site.url}/settings?part=users")
    page.get_by_role("button", name="Add a person").click()
    form = page.get_by_role("form", name="Add a person")
    form.get_by_label("Name").fill("grace")
    form.get_by_label("Password", exact=True).fill("correct horse")
    form.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("cell", name="grace", exact=True)).to_be_visible()
    with httpx.Client(base_url=visit.site.url, trust_env=False) as client:
        said = client.post("/console/v1/session", json={"name": "grace", "password": "correct horse"})
        assert said.status_code == 201, said.text
        page.reload()
        page.get_by_role("button", name="Sign grace out everywhere").click()
        page.get_by_role("dialog").get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("dialog")).to_be_hidden()
        assert client.get("/console/v1/session").status_code == 401
    page.get_by_role("button", name="Remove grace").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_role("cell", name="grace", exact=True)).to_have_count(0)
    visit.check()


@WIDE_ONLY
def test_collection_stops_and_starts_again(visit: Visit) -> None:
    page = visit.page
    page.goto(f"{visit.site.url}/settings?part=collection")
    switch = page.get_by_role("switch", name="Agents take samples")
    expect(switch).to_be_checked()
    switch.click()
    dialog = page.get_by_role("dialog", name="Stop taking samples")
    expect(dialog.get_by_text("This touches 1 agent.")).to_be_visible()
    dialog.get_by_role("button", name="Stop").click()
    expect(switch).not_to_be_checked()
    assert visit.site.get("/v1/api/metrics/machine").json()["opened"] is False
    page.get_by_role("status").get_by_role("button", name="Undo").click()
    expect(switch).to_be_checked()
    assert visit.site.get("/v1/api/metrics/machine").json()["opened"] is True
    visit.check()


@WIDE_ONLY
def test_a_port_is_watched_and_a_group_turned_off_from_the_console(visit: Visit) -> None:
    page, site = visit.page, visit.site
    page.goto(f"{site.url}/settings?part=collection")
    page.get_by_label("Watch ports").check()
    page.get_by_role("combobox", name="Ports").press_sequentially(f"{site.port},")
    page.get_by_label("TCP connections").uncheck()
    visit.picture("settings-collection-edited")
    page.get_by_role("button", name="Save", exact=True).click()
    dialog = page.get_by_role("dialog", name="Change what all agents collect")
    expect(dialog.get_by_text("This touches 1 agent.")).to_be_visible()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    wait_for("the port", lambda: site.get("/reports/last").json()["ports"]["inUse"] == [site.port])
    agent_id = site.get("/v1/api/agents").json()["agentList"][0]["id"]
    page.goto(f"{site.url}/hosts/{agent_id}")
    expect(page.get_by_text("Turned off, so there are no charts of it: TCP connections.")).to_be_visible()
    visit.picture("host-not-collected")
    page.get_by_role("link", name="What agents collect").click()
    expect(page.get_by_label("TCP connections")).not_to_be_checked()
    headers = {"Authorization": f"Bearer {site.token('admin')}"}
    rule = {"scope": "all"}
    said = httpx.put(f"{site.url}/console/v1/collecting", json=rule, headers=headers, trust_env=False)
    assert said.status_code == 200
    wait_for("its own ports", lambda: site.get("/reports/last").json()["ports"]["inUse"] != [site.port])
    visit.check()


@WIDE_ONLY
def test_retention_is_changed_said_and_undone(visit: Visit) -> None:
    page = visit.page
    page.goto(f"{visit.site.url}/settings?part=storage")
    logs = page.get_by_role("row").filter(has=page.get_by_role("button", name="Change days of logs"))
    expect(logs).to_contain_text("14 days")
    logs.get_by_role("button").click()
    dialog = page.get_by_role("dialog", name="Change days of logs")
    days = dialog.get_by_label("Days that logs are kept")
    days.fill("0")
    expect(dialog.get_by_role("alert")).to_contain_text("from 1 to 36500")
    days.fill("7")
    expect(dialog.get_by_text("Nothing that is stored now is dropped by it.")).to_be_visible()
    visit.picture("settings-retention")
    dialog.get_by_role("button", name="Save").click()
    expect(logs).to_contain_text("7 days")
    notice = page.get_by_text("retention.logs_days is 7 now; it was 14.")
    expect(notice).to_be_visible()
    page.get_by_role("tab", name="About").click()
    row = page.get_by_role("row").filter(has_text="retention.logs_days")
    expect(row).to_contain_text("set here")
    visit.picture("settings-about-edited")
    row.get_by_role("button").click()
    page.get_by_role("dialog").get_by_role("button", name="Back to 14").click()
    expect(row).to_contain_text("default")
    row.get_by_role("button").click()
    page.get_by_label("Days that logs are kept").fill("9")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(row).to_contain_text("set here")
    page.get_by_role("button", name="Undo").click()
    expect(row).to_contain_text("default")
    assert visit.complaints == [
        "Failed to load resource: the server responded with a status of 422 (Unprocessable Entity)"
    ]


def test_every_part_fits_the_window(visit: Visit, look: str) -> None:
    page = visit.page
    page.goto(f"{visit.site.url}/settings")
    for part in PARTS:
        page.get_by_role("tab", name=part).click()
        expect(page.get_by_role("tabpanel").get_by_role("heading").first).to_be_visible()
        expect(page.locator("[class*=Skeleton]")).to_have_count(0)
        width = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert width <= 0, f"{part} is {width} px too wide"
        visit.picture(f"settings-{part.lower()}-{look}")
    expect(page).to_have_url(re.compile("part=about"))
    visit.check()
