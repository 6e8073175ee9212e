"""One machine's page in a real browser: its timeline, a moment in the past, its inventory, touch."""

import re
import socket
import time
import uuid
from collections.abc import Iterator

import httpx
import msgspec
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from muster.model.inventory import Interface, Inventory
from tests.api.conftest import TestAgent
from tests.processes import Site
from tests.ui.conftest import Visit
from tests.ui.sample import settle

READER = {"reader": {"mode": "tailx", "log_path": "/var/log/muster-test.log"}}
METRICS = 40
"""So many beside those that every machine has make a page of more than fifty charts."""

wide = pytest.mark.parametrize("look", ["light-1400"], indirect=True)


@pytest.fixture(scope="module")
def admin(live: Site) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {live.token('admin')}"}
    with httpx.Client(base_url=live.url, headers=headers, timeout=30, trust_env=False) as client:
        yield client


@pytest.fixture(scope="module")
def host(admin: httpx.Client) -> str:
    """The id of this machine's agent."""
    agents = admin.get("/console/v1/agents").json()["agents"]
    return str(next(agent["id"] for agent in agents if agent["hostname"] == socket.gethostname()))


@pytest.fixture
def made_up(live: Site) -> Iterator[TestAgent]:
    """An agent of a machine that is made up here."""

    opened: list[httpx.Client] = []

    def client(*scopes: str) -> httpx.Client:
        headers = {"Authorization": f"Bearer {live.token(*scopes)}"}
        opened.append(httpx.Client(base_url=live.url, headers=headers, timeout=30, trust_env=False))
        return opened[-1]

    agent = TestAgent(live, client, f"made-up-{uuid.uuid4().hex[:8]}")
    yield agent
    for each in (agent.http, *opened):
        each.close()


def open_host(visit: Visit, host: str, query: str = "") -> Page:
    visit.page.goto(f"{visit.site.url}/hosts/{host}{query}")
    settle(visit.page)
    visit.page.locator(".u-over").first.wait_for()
    return visit.page


def chart_of(page: Page, title: str) -> Locator:
    heading = page.get_by_role("heading", name=title, exact=True)
    return page.get_by_role("article").filter(has=heading).locator(".u-over")


@wide
def test_a_drag_zooms_and_the_address_keeps_it(visit: Visit, host: str) -> None:
    page = open_host(visit, host)
    before = page.url
    box = chart_of(page, "CPU").bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.3, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.8, middle, steps=8)
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"from=\d+&to=\d+"))
    zoomed = page.url
    page.reload()
    expect(page.get_by_role("button", name="Live")).to_have_attribute("aria-pressed", "false")
    assert page.url == zoomed
    page.go_back()
    expect(page).to_have_url(before)
    visit.check()


@wide
def test_facts_timeline_and_a_row_of_charts_need_no_scrolling(visit: Visit, host: str) -> None:
    visit.page.set_viewport_size({"width": 1280, "height": 860})
    page = open_host(visit, host, "?range=15m")
    for title in ("CPU", "Load", "Cores"):
        heading = page.get_by_role("heading", name=title, exact=True)
        box = page.get_by_role("article").filter(has=heading).bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 860
    visit.check()


@wide
def test_a_part_of_the_page_is_one_click_away_and_kept_in_the_address(visit: Visit, host: str) -> None:
    page = open_host(visit, host)
    parts = page.get_by_role("navigation", name="Parts of the page")
    parts.get_by_role("link", name="Network").click()
    heading = page.get_by_role("heading", name="Network", exact=True)
    expect(heading).to_be_in_viewport()
    expect(parts.get_by_role("link", name="Network")).to_have_attribute("aria-current", "location")
    assert page.url.endswith("#network")
    page.reload()
    settle(page)
    expect(parts.get_by_role("link", name="Network")).to_have_attribute("aria-current", "location")
    bar, box = parts.bounding_box(), heading.bounding_box()
    assert bar is not None
    assert box is not None
    assert bar["y"] + bar["height"] <= box["y"] <= bar["y"] + bar["height"] + 40
    visit.check()


@wide
def test_a_chart_is_enlarged_and_escape_leads_back(visit: Visit, host: str) -> None:
    page = open_host(visit, host)
    before = page.url
    page.get_by_role("button", name="Enlarge Load").click()
    dialog = page.get_by_role("dialog", name="Processor · Load")
    expect(dialog.locator(".u-over")).to_be_visible()
    box = dialog.locator(".u-over").bounding_box()
    assert box is not None
    assert box["width"] > 1000
    page.reload()
    expect(dialog.locator(".u-over")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page).to_have_url(before)
    visit.check()


@wide
def test_a_change_of_a_config_is_a_mark_that_leads_to_it(
    visit: Visit, host: str, admin: httpx.Client
) -> None:
    name = f"pushed-{uuid.uuid4().hex[:8]}"
    assert admin.post(f"/v1/api/configs/{name}", json={"config": READER}).status_code == 200
    given = admin.post(f"/v1/api/configs/{name}/agents", json={"agent_ids": [host]})
    assert given.status_code == 200, given.text
    now_us = int(time.time() * 1e6)
    span = f"?from={now_us - 600_000_000}&to={now_us + 60_000_000}"
    page = open_host(visit, host, span)
    expect(page.get_by_test_id("mark-config")).to_be_visible()
    page.get_by_test_id("mark-config").focus()
    expect(page.get_by_role("tooltip")).to_contain_text(name)
    page.get_by_role("button", name="Show as list").click()
    change = re.compile(f"distribute configuration {name}")
    page.get_by_role("region", name="Marks").get_by_role("link", name=change).click()
    expect(page).to_have_url(re.compile(r"/fleet/changes\?revision=\d+"))
    expect(page.get_by_test_id("revision").first).to_contain_text(name)
    page.go_back()
    expect(page.get_by_role("region", name="Marks")).to_be_visible()
    visit.check()


@wide
def test_the_cursor_is_one_in_charts_and_timeline(visit: Visit, host: str) -> None:
    page = open_host(visit, host)
    lines = page.locator("[data-testid=lanes] > div > div").first
    expect(lines).to_be_hidden()
    chart_of(page, "CPU").hover()
    expect(lines).to_be_visible()
    page.get_by_test_id("lanes").hover(position={"x": 300, "y": 5})
    expect(page.get_by_role("article").first).to_contain_text(re.compile(r"\d\d:\d\d"))
    visit.check()


@wide
def test_the_machine_is_shown_as_it_was_at_a_moment(visit: Visit, host: str) -> None:
    page = open_host(visit, host, "?range=15m")
    box = chart_of(page, "CPU").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] - 2, box["y"] + 40)
    bar = page.get_by_role("toolbar", name="The machine at a moment")
    expect(bar).to_contain_text("Reported")
    expect(page).to_have_url(re.compile(r"at=\d+"))
    chosen = page.url
    bar.get_by_role("button", name="Earlier report").click()
    expect(page).not_to_have_url(chosen)
    expect(page.get_by_role("cell", name=re.compile("python", re.IGNORECASE)).first).to_be_visible()
    bar.get_by_role("button", name="Back to now").click()
    expect(bar).to_be_hidden()
    visit.check()


@wide
def test_versions_of_the_inventory_are_compared(visit: Visit, made_up: TestAgent) -> None:
    now_us = int(time.time() * 1e6)
    first = Inventory(
        ts_us=now_us - 60_000_000,
        hostname=made_up.hostname,
        system="Linux",
        user="root",
        boot_time_s=1,
        interfaces=[],
        cpu_cores=2,
    )
    eth0 = Interface(name="eth0", is_up=True, mtu=1500)
    second = msgspec.structs.replace(first, ts_us=now_us - 30_000_000, cpu_cores=4)
    third = msgspec.structs.replace(second, ts_us=now_us - 10_000_000, interfaces=[eth0])
    for sequence, inventory in enumerate((first, second, third), 1):
        assert made_up.send_inventory(sequence, inventory).status_code == 204
    page = visit.page
    page.goto(f"{visit.site.url}/hosts/{made_up.id}?tab=inventory")
    expect(page.get_by_test_id("version")).to_have_count(3)
    expect(page.get_by_test_id("difference")).to_contain_text("interfaces.eth0")
    page.get_by_label("Compared with").select_option(index=1)
    expect(page.get_by_test_id("difference")).to_have_count(2)
    expect(page).to_have_url(re.compile(r"against=\d+"))
    page.get_by_test_id("version").nth(1).click()
    expect(page.get_by_test_id("difference")).to_contain_text("Cores")
    visit.check()


@pytest.mark.parametrize("look", ["light-390"], indirect=True)
def test_two_fingers_choose_a_span(visit: Visit, host: str, browser: Browser, signed_in: str) -> None:
    context = browser.new_context(
        storage_state=signed_in, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    page.goto(f"{visit.site.url}/hosts/{host}")
    settle(page)
    chart = chart_of(page, "CPU")
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2

    def fingers(kind: str, *shares: float) -> None:
        points = [{"x": box["x"] + box["width"] * share, "y": y} for share in shares]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    session = context.new_cdp_session(page)
    fingers("touchStart", 0.4, 0.6)
    fingers("touchMove", 0.3, 0.8)
    fingers("touchEnd")
    expect(page).to_have_url(re.compile(r"from=\d+&to=\d+"))
    found = re.search(r"from=(\d+)&to=(\d+)", page.url)
    assert found is not None
    span_s = (int(found[2]) - int(found[1])) / 1e6
    assert 0.4 * 3_600 < span_s < 0.6 * 3_600
    context.close()


@wide
def test_only_charts_in_sight_are_drawn(visit: Visit, made_up: TestAgent) -> None:
    values = {(f"app.metric_{number:02}", ""): float(number) for number in range(METRICS)}
    values |= {("cpu.user_percent", ""): 1.0, ("load.1m", ""): 1.0, ("memory.used_bytes", ""): 1.0}
    for sequence in range(1, 4):
        sent = made_up.send_samples(sequence, time.time() - 40 + 10 * sequence, values)
        assert sent.status_code == 204
    page = open_host(visit, made_up.id, "?range=15m")
    last = page.get_by_role("heading", name=f"app.metric_{METRICS - 1}", exact=True)
    expect(last).to_be_attached()
    most = 0
    height = page.evaluate("document.body.scrollHeight")
    for top in range(0, height, 450):
        page.evaluate(f"window.scrollTo(0, {top})")
        page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        most = max(most, page.locator("canvas").count())
    last.scroll_into_view_if_needed()
    expect(page.get_by_role("article").filter(has=last).locator("canvas")).to_be_visible()
    assert page.get_by_role("article").count() > 50
    assert most < 30
    visit.check()
