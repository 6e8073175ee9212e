"""The overview: what needs a person leads to its place, and a machine is found among all."""

import re
import struct
import time
import uuid
from collections.abc import Iterator

import httpx
import msgspec
import pytest
from playwright.sync_api import Locator, expect

from muster.core.attention.machines import SILENT_S
from muster.model.batch import MSGPACK, SampleColumns, content_sha256
from tests.processes import Site, wait_for
from tests.ui.conftest import Visit

WIDE = pytest.mark.parametrize("look", ["light-1400"], indirect=True)
NARROW = pytest.mark.parametrize("look", ["light-390"], indirect=True)
HOSTILE = "<script>document.title='owned'</script>"
MOUNT = "mountpoint=/srv"


class Machine:
    """An agent whose test speaks for it, until it is silent."""

    def __init__(self, site: Site, hostname: str) -> None:
        self.hostname = hostname
        facts = {"hostname": hostname, "machine_id": hostname, "platform": "Linux", "agent_version": "0.1.0"}
        headers = {"Authorization": f"Bearer {site.token('agent')}"}
        reply = site.http.post("/agent/v1/enroll", json={"facts": facts}, headers=headers).json()
        self.id = str(reply["agent_id"])
        self._http = httpx.Client(
            base_url=site.url,
            headers={"Authorization": f"Bearer {reply['credential']}"},
            trust_env=False,
        )
        self._epoch = uuid.uuid4().hex
        self._sequence = 0

    def look(self, values: dict[tuple[str, str], float]) -> None:
        """Check in, and send one look."""
        self._sequence += 1
        columns = SampleColumns(
            ts_us=time.time_ns() // 1000,
            metrics=[metric for metric, _ in values],
            labels=[labels for _, labels in values],
            values=struct.pack(f"<{len(values)}d", *values.values()),
        )
        body = msgspec.msgpack.encode(columns)
        query: dict[str, str | int] = {"stream": "samples", "epoch": self._epoch, "sequence": self._sequence}
        answer = self._http.post(
            "/agent/v1/batches",
            params=query | {"sha256": content_sha256(body)},
            content=body,
            headers={"Content-Type": MSGPACK},
        )
        assert answer.status_code == 204, answer.text

    def close(self) -> None:
        self._http.close()


@pytest.fixture(scope="module")
def lost(live: Site) -> Iterator[Machine]:
    """A machine that was there, and is not heard of again."""
    machine = Machine(live, "lost-and-gone")
    machine.look({("cpu.used_percent", ""): 1.0})
    yield machine
    machine.close()


@pytest.fixture(scope="module")
def full(live: Site) -> Iterator[Machine]:
    """A machine with a full disk and a name like a script."""
    machine = Machine(live, HOSTILE)
    yield machine
    machine.close()


def fill(machine: Machine) -> None:
    machine.look(
        {
            ("cpu.used_percent", ""): 12.0,
            ("disk.used_percent", MOUNT): 98.5,
            ("disk.total_bytes", MOUNT): 1000 * 2.0**30,
            ("disk.used_bytes", MOUNT): 985 * 2.0**30,
        }
    )


def attention(visit: Visit) -> Locator:
    return visit.page.get_by_role("region", name="Needs attention")


def test_a_full_disk_is_told_first_and_leads_to_its_machine(
    visit: Visit, lost: Machine, full: Machine
) -> None:
    del lost
    fill(full)
    visit.page.goto(visit.site.url)
    line = attention(visit).get_by_role("listitem").filter(has_text="/srv on")
    expect(line).to_contain_text(f"/srv on {HOSTILE} is 98.5")
    expect(line).to_contain_text("15 GiB free")
    visit.picture("overview-attention")
    line.get_by_role("link").click()
    expect(visit.page).to_have_url(re.compile(f"/hosts/{full.id}"))
    expect(visit.page.get_by_role("heading", name=HOSTILE)).to_be_visible()
    assert visit.page.locator("script:not([src])").count() == 0
    visit.check()


@WIDE
def test_a_machine_is_found_by_words_and_opened(visit: Visit, lost: Machine, full: Machine) -> None:
    fill(full)
    visit.page.goto(visit.site.url)
    grid = visit.page.get_by_role("grid", name="Machines")
    expect(grid.get_by_role("link", name=HOSTILE)).to_be_visible()
    visit.page.keyboard.press("/")
    visit.page.keyboard.type("lost gone")
    expect(visit.page).to_have_url(re.compile(r"q=lost\+gone|q=lost%20gone"))
    expect(grid.get_by_role("link")).to_have_count(1)
    grid.get_by_role("link", name=lost.hostname).click()
    expect(visit.page.get_by_role("heading", name=lost.hostname)).to_be_visible()
    visit.page.go_back()
    expect(visit.page.get_by_role("searchbox", name="Search machines")).to_have_value("lost gone")
    visit.check()


@WIDE
def test_cards_or_table_are_kept_in_the_address(visit: Visit, full: Machine) -> None:
    fill(full)
    visit.page.goto(visit.site.url)
    visit.page.get_by_text("Cards", exact=True).click()
    expect(visit.page).to_have_url(re.compile("view=grid"))
    visit.page.reload()
    cards = visit.page.get_by_role("list", name="Machines", exact=True)
    card = cards.get_by_role("listitem").filter(has_text=HOSTILE)
    expect(card).to_contain_text("98.5")
    expect(card.locator("svg path[d^=M]").first).to_be_attached()
    visit.page.get_by_text("Table", exact=True).click()
    expect(visit.page).not_to_have_url(re.compile("view="))
    expect(visit.page.get_by_role("grid", name="Machines")).to_be_visible()
    visit.check()


@NARROW
def test_a_narrow_window_has_cards_and_scrolls_one_way(visit: Visit, full: Machine) -> None:
    fill(full)
    visit.page.goto(visit.site.url)
    expect(visit.page.get_by_role("list", name="Machines", exact=True)).to_be_visible()
    assert visit.page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    visit.check()


@WIDE
def test_a_tile_orders_the_machines(visit: Visit, full: Machine) -> None:
    fill(full)
    visit.page.goto(visit.site.url)
    visit.page.get_by_role("button", name="Order machines by Fullest disk").click()
    expect(visit.page).to_have_url(re.compile("sort=disk"))
    rows = visit.page.get_by_role("grid", name="Machines").get_by_role("row")
    expect(rows.nth(1)).to_contain_text(HOSTILE)
    visit.check()


@WIDE
def test_a_bar_of_a_tile_shows_its_machines(visit: Visit, full: Machine) -> None:
    fill(full)
    visit.page.goto(visit.site.url)
    bars = visit.page.get_by_role("group", name="Machines by Fullest disk")
    bars.get_by_role("button").last.click()
    expect(visit.page).to_have_url(re.compile("within=disk"))
    grid = visit.page.get_by_role("grid", name="Machines")
    expect(grid.get_by_role("row").nth(1)).to_contain_text(HOSTILE)
    visit.page.get_by_role("button", name=re.compile("show all machines again")).click()
    expect(visit.page).not_to_have_url(re.compile("within="))
    visit.check()


@WIDE
def test_a_silent_machine_is_told_and_leads_to_its_page(visit: Visit, lost: Machine) -> None:
    headers = {"Authorization": f"Bearer {visit.site.token('read')}"}

    def is_told() -> bool:
        lines = visit.site.get("/console/v1/attention", headers=headers).json()["lines"]
        named = [subject["agent_id"] for line in lines for subject in line["subjects"]]
        return lost.id in named

    wait_for("the silent machine is told", is_told, SILENT_S + 30, every_s=1)
    visit.page.goto(f"{visit.site.url}/?all=true")
    line = attention(visit).get_by_role("listitem").filter(has_text=lost.hostname)
    expect(line).to_contain_text(f"{lost.hostname} does not answer")
    line.get_by_role("link").click()
    expect(visit.page).to_have_url(re.compile(f"/hosts/{lost.id}"))
    expect(visit.page.get_by_text("Offline").first).to_be_visible()
    visit.check()
