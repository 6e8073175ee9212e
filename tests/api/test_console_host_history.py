"""What one machine was: versions of its inventory and their differences, and its report at a moment."""

import time
from collections.abc import Callable
from typing import Any

import httpx

from muster.model.inventory import Disk, Interface, Inventory
from muster.model.report import Report
from tests.api.conftest import NOW, TestAgent

ETH0 = Interface(name="eth0", is_up=True, mtu=1500, addresses=["10.0.0.1"])


def make_inventory(agent: TestAgent, at_s: float, **fields: Any) -> Inventory:
    values: dict[str, Any] = {"system": "Linux", "user": "root", "boot_time_s": 1_000}
    return Inventory(ts_us=int(at_s * 1e6), hostname=agent.hostname, **(values | fields))


def versions(admin: httpx.Client, agent: TestAgent, **params: int) -> dict[str, Any]:
    answer = admin.get(f"/console/v1/hosts/{agent.id}/inventory", params=params)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def moment(admin: httpx.Client, agent: TestAgent, at_us: int) -> dict[str, Any]:
    answer = admin.get(f"/console/v1/hosts/{agent.id}/moment", params={"at": at_us})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def send_inventories(agent: TestAgent) -> None:
    """Send three that differ, and one that differs only in what changes by itself."""
    now_s = time.time()
    disk = Disk(device="/dev/vda1", mountpoint="/", file_system="ext4", total_bytes=100, used_bytes=1)
    fuller = Disk(device="/dev/vda1", mountpoint="/", file_system="ext4", total_bytes=100, used_bytes=9)
    looks = (
        make_inventory(agent, now_s - 600, interfaces=[ETH0], disks=[disk]),
        make_inventory(agent, now_s - 500, interfaces=[ETH0], disks=[fuller], memory_used_bytes=7),
        make_inventory(agent, now_s - 400, interfaces=[ETH0], disks=[fuller], cpu_cores=4, user="ada"),
        make_inventory(agent, now_s - 300, interfaces=[ETH0], disks=[fuller], cpu_cores=8, boot_time_s=NOW),
    )
    for sequence, look in enumerate(looks, 1):
        assert agent.send_inventory(sequence, look).status_code == 204


def test_each_version_says_what_differs_from_the_one_before(admin: httpx.Client, agent: TestAgent) -> None:
    assert versions(admin, agent) == {"versions": [], "next": None}
    send_inventories(agent)
    newest, middle, first = versions(admin, agent)["versions"]
    assert (first["change"], first["differences"], first["boot_s"]) == ("created", [], None)
    assert middle["differences"] == [{"path": "user", "old": "root", "new": "ada"}]
    assert newest["differences"] == [
        {"path": "user", "old": "ada", "new": "root"},
        {"path": "cpu_cores", "old": 4, "new": 8},
    ]
    assert (newest["count"], newest["boot_s"], newest["by"]) == (2, NOW, f"agent {agent.id}")


def test_versions_come_in_pages_that_fit_together(admin: httpx.Client, agent: TestAgent) -> None:
    send_inventories(agent)
    whole = versions(admin, agent)["versions"]
    one = versions(admin, agent, limit=1)
    two = versions(admin, agent, limit=2, before=one["next"])
    assert [*one["versions"], *two["versions"]] == whole
    assert two["next"] is None


def test_any_two_versions_are_compared(admin: httpx.Client, agent: TestAgent) -> None:
    send_inventories(agent)
    newest, _, first = versions(admin, agent)["versions"]
    path = f"/console/v1/hosts/{agent.id}/inventory/differences"
    answer = admin.get(path, params={"old": first["id"], "new": newest["id"]})
    assert answer.json() == []
    middle = versions(admin, agent)["versions"][1]
    answer = admin.get(path, params={"old": middle["id"], "new": newest["id"]})
    assert [each["path"] for each in answer.json()] == ["user", "cpu_cores"]


def test_a_version_of_another_machine_is_not_found(admin: httpx.Client, agent: TestAgent) -> None:
    send_inventories(agent)
    mine = versions(admin, agent)["versions"][0]["id"]
    path = f"/console/v1/hosts/{agent.id}/inventory/differences"
    assert admin.get(path, params={"old": mine, "new": mine + 10_000}).status_code == 404
    assert admin.get(path, params={"old": mine, "new": 2**63 - 1}).status_code == 404


def test_the_report_at_a_moment_is_the_newest_before_it(
    admin: httpx.Client, agent: TestAgent, make_report: Callable[..., Report]
) -> None:
    nothing = moment(admin, agent, NOW * 1_000_000)
    assert (nothing["report"], nothing["earlier_us"], nothing["later_us"]) == (None, None, None)
    dates = (NOW, NOW + 10, NOW + 20)
    reports = [make_report(date=date) for date in dates]
    assert agent.send(1, *reports).status_code == 204
    first, second, third = (date * 1_000_000 for date in dates)
    found = moment(admin, agent, second + 5_000_000)
    assert found["report"]["id"] == reports[1].id
    assert (found["report_us"], found["earlier_us"], found["later_us"]) == (second, first, third)
    exact = moment(admin, agent, third)
    assert (exact["report"]["id"], exact["later_us"]) == (reports[2].id, None)
    before = moment(admin, agent, first - 1)
    assert (before["report"], before["report_us"], before["earlier_us"]) == (None, None, None)
    assert before["later_us"] == first
    assert moment(admin, agent, 253_402_300_799_999_999)["report_us"] == third


def test_the_inventory_at_a_moment_is_the_one_in_force(admin: httpx.Client, agent: TestAgent) -> None:
    send_inventories(agent)
    middle = versions(admin, agent)["versions"][1]
    found = moment(admin, agent, middle["ts_us"] + 1)
    assert (found["inventory"]["user"], found["inventory_us"]) == ("ada", middle["ts_us"])
    assert moment(admin, agent, middle["ts_us"] - 1)["inventory"]["user"] == "root"
    assert moment(admin, agent, 1)["inventory"] is None
