"""Shutting an agent out in its details, and letting it in again."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.processes import Site
from tests.ui.conftest import Visit


@pytest.fixture
def admin(live: Site) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {live.token('admin')}"}
    with httpx.Client(base_url=live.url, headers=headers, timeout=20, trust_env=False) as client:
        yield client


def change(page: Page, title: str, button: str) -> None:
    page.get_by_role("button", name=button, exact=True).click()
    dialog = page.get_by_role("dialog", name=title)
    expect(dialog.get_by_test_id("effects")).to_contain_text("This touches 1 agent")
    dialog.get_by_role("button", name=button, exact=True).click()
    expect(dialog).to_be_hidden()


def test_an_agent_is_shut_out_and_let_in_again(visit: Visit, admin: httpx.Client) -> None:
    (agent,) = admin.get("/console/v1/agents").json()["agents"]
    page = visit.page
    page.goto(f"{visit.site.url}/fleet?open={agent['id']}")
    drawer = page.get_by_role("dialog", name=agent["hostname"])
    change(page, f"Shut out {agent['hostname']}", "Shut out")
    expect(drawer).to_contain_text("This agent is shut out")
    assert admin.get("/console/v1/agents").json()["agents"][0]["state"] == "shut out"
    visit.picture("fleet-shut-out")
    page.goto(f"{visit.site.url}/fleet/shut-out")
    expect(page.get_by_role("row").filter(has_text=agent["hostname"])).to_be_visible()
    visit.picture("fleet-shut-out-list")
    page.goto(f"{visit.site.url}/fleet?open={agent['id']}")
    change(page, f"Let {agent['hostname']} in again", "Let in again")
    expect(drawer).not_to_contain_text("This agent is shut out")
    visit.check()
