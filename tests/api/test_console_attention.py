"""What needs a person, as the console is told."""

import time
from typing import Any

import httpx

from tests.api.conftest import TestAgent
from tests.processes import wait_for

MOUNT = "mountpoint=/var"


def overall(http: httpx.Client) -> dict[str, Any]:
    answer = http.get("/console/v1/attention")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def lines_of(http: httpx.Client, agent: TestAgent, kind: str) -> list[dict[str, Any]]:
    """Return the lines of a kind that name an agent."""
    lines = overall(http)["lines"]
    return [
        line
        for line in lines
        if line["kind"] == kind and agent.id in [subject["agent_id"] for subject in line["subjects"]]
    ]


def told_since(http: httpx.Client, agent: TestAgent, kind: str) -> dict[str, Any] | None:
    """Return the line of a kind about an agent once it says since when: that is read from stored samples."""
    lines = lines_of(http, agent, kind)
    return lines[0] if len(lines) == 1 and lines[0]["since_us"] is not None else None


def test_a_full_disk_is_told_until_it_is_not(admin: httpx.Client, agent: TestAgent) -> None:
    now_s = time.time()
    look = {
        ("disk.used_percent", MOUNT): 99.5,
        ("disk.total_bytes", MOUNT): 1000.0,
        ("disk.used_bytes", MOUNT): 995.0,
    }
    assert agent.send_samples(1, now_s, look).status_code == 204
    line = wait_for("the disk is told", lambda: told_since(admin, agent, "disk"), every_s=0.2)
    assert (line["severity"], line["count"], line["reason"]) == ("critical", 1, "")
    assert line["subjects"] == [
        {"agent_id": agent.id, "hostname": agent.hostname, "runner": "", "mountpoint": "/var", "version": ""}
    ]
    assert abs(line["since_us"] - now_s * 1e6) < 2
    assert line["amounts"] == [
        {"name": "used", "value": 99.5, "unit": "percent"},
        {"name": "free", "value": 5.0, "unit": "bytes"},
    ]
    of_machine = admin.get(f"/console/v1/hosts/{agent.id}").json()["attention"]
    assert [(each["kind"], each["since_us"]) for each in of_machine] == [("disk", line["since_us"])]
    look[("disk.used_percent", MOUNT)] = 40.0
    assert agent.send_samples(2, now_s + 1, look).status_code == 204
    wait_for("it is told no more", lambda: not lines_of(admin, agent, "disk"), every_s=0.2)


def test_a_disk_is_full_since_the_stored_samples_say(admin: httpx.Client, agent: TestAgent) -> None:
    now_s = time.time()
    looks = [(now_s - 600 * number, 95.0 if number <= 6 else 50.0) for number in range(13)]
    for sequence, (at_s, percent) in enumerate(looks, 1):
        sent = agent.send_samples(sequence, at_s, {("disk.used_percent", MOUNT): percent})
        assert sent.status_code == 204
    line = wait_for("the disk is told", lambda: told_since(admin, agent, "disk"), every_s=0.2)
    assert abs(line["since_us"] / 1e6 - looks[6][0]) < 60


def test_a_burst_of_errors_is_told(admin: httpx.Client) -> None:
    rows = "\n".join('{"message": "no route", "level": "error"}' for _ in range(80))
    posted = admin.post(
        "/console/v1/logs",
        params={"source": "burst"},
        content=rows,
        headers={"Content-Type": "application/x-ndjson"},
    )
    assert posted.status_code == 201, posted.text

    def burst() -> list[dict[str, Any]]:
        lines = overall(admin)["lines"]
        return [line for line in lines if line["kind"] == "errors" and not line["subjects"][0]["agent_id"]]

    [line] = wait_for("the errors are told", burst, 40, every_s=0.5)
    amounts = {amount["name"]: amount["value"] for amount in line["amounts"]}
    assert amounts["errors"] >= 80
    assert set(amounts) == {"errors", "before", "usual"}


def test_it_counts_machines(admin: httpx.Client, agent: TestAgent) -> None:
    agent.check_in()

    def counted() -> bool:
        found = overall(admin)
        return bool(1 <= found["online"] <= found["machines"])

    wait_for("the machine is counted", counted, every_s=0.2)
    found = overall(admin)
    assert abs(found["server_us"] / 1e6 - time.time()) < 30
    assert (found["left_out"], found["unknown"]) == (0, [])
