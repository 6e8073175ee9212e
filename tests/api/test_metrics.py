"""Metrics over HTTP: aligned buckets, rates, newest values, and what is refused."""

import math
import re
import struct
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.api.conftest import Client, TestAgent
from tests.processes import Site

US = 1_000_000
PRESENT = int(time.time())
MIDNIGHT = (PRESENT // 86_400 - 2) * 86_400
"""The start (Unix seconds) of a day that is over, so that nothing else is stored there."""


@pytest.fixture
def http(client: Client) -> httpx.Client:
    return client("read")


def ask(http: httpx.Client, agent: str, start_s: float, end_s: float, *metrics: str, **more: Any) -> Any:
    query: dict[str, Any] = {
        "agent": agent,
        "metric": metrics,
        "from": round(start_s * US),
        "to": round(end_s * US),
    } | more
    answer = http.get("/api/metrics", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def send(agent: TestAgent, sequence: int, at_s: float, look: dict[tuple[str, str], float]) -> None:
    answer = agent.send_samples(sequence, at_s, look)
    assert answer.status_code == 204, answer.text


def test_buckets_are_aligned_and_null_where_there_is_no_data(http: httpx.Client, agent: TestAgent) -> None:
    for sequence, (second, value) in enumerate([(0, 1.0), (10, 3.0), (40, 8.0)], 1):
        send(agent, sequence, MIDNIGHT + second, {("load.1m", ""): value})
    answer = ask(http, agent.id, MIDNIGHT + 3, MIDNIGHT + 79, "load.1m", interval_s=20)
    assert answer == {
        "from_us": MIDNIGHT * US,
        "to_us": (MIDNIGHT + 80) * US,
        "interval_s": 20,
        "series": [
            {
                "agent_id": agent.id,
                "metric": "load.1m",
                "labels": {},
                "unit": "",
                "values": [2.0, None, 8.0, None],
            }
        ],
    }


def test_without_an_interval_a_bucket_is_as_long_as_samples_are_apart(
    http: httpx.Client, agent: TestAgent
) -> None:
    assert ask(http, agent.id, MIDNIGHT, MIDNIGHT + 600, "load.1m") == {
        "from_us": MIDNIGHT * US,
        "to_us": (MIDNIGHT + 600) * US,
        "interval_s": 10,
        "series": [],
    }
    assert ask(http, agent.id, MIDNIGHT, MIDNIGHT + 86_400, "load.1m")["interval_s"] == 300
    assert ask(http, agent.id, MIDNIGHT - 28 * 86_400, MIDNIGHT, "load.1m")["interval_s"] == 8100


def test_counters_are_rates_that_survive_restarts(http: httpx.Client, agent: TestAgent) -> None:
    """+100 in 10 s, then a restart from zero that counted 50."""
    for sequence, value in enumerate([1000.0, 1100.0, 50.0], 1):
        at_s = MIDNIGHT + 10 * (sequence - 1)
        send(agent, sequence, at_s, {("network.sent_bytes_total", "interface=eth0"): value})
    (series,) = ask(http, agent.id, MIDNIGHT, MIDNIGHT + 30, "network.sent_bytes_total")["series"]
    assert series["values"] == [None, 10.0, 5.0]
    assert series["unit"] == "bytes/s"
    assert series["labels"] == {"interface": "eth0"}


def test_agents_are_found_by_id_and_by_hostname(site: Site, client: Client, agent: TestAgent) -> None:
    http = client("read")
    other = TestAgent(site, client, f"{agent.hostname}-b")
    twin = TestAgent(site, client, agent.hostname)
    for each in (agent, other, twin):
        send(each, 1, MIDNIGHT, {("load.1m", ""): 1.0})
        each.http.close()

    def found(*names: str) -> list[str]:
        query: dict[str, Any] = {
            "agent": names,
            "metric": "load.1m",
            "from": MIDNIGHT * US,
            "to": (MIDNIGHT + 10) * US,
        }
        return sorted(s["agent_id"] for s in http.get("/api/metrics", params=query).json()["series"])

    assert found(agent.id) == [agent.id]
    assert found(agent.hostname) == sorted([agent.id, twin.id])
    assert found(agent.hostname, other.id, agent.id) == sorted([agent.id, twin.id, other.id])


def test_series_of_many_metrics_and_labels_are_told_apart(http: httpx.Client, agent: TestAgent) -> None:
    odd = 'mountpoint=/a\\,b "ü"\\\\'
    look = {("disk.used_percent", odd): 1.0, ("disk.used_percent", ""): 2.0, ("cpu.used_percent", ""): 3.0}
    send(agent, 1, MIDNIGHT, look)
    series = ask(
        http, agent.id, MIDNIGHT, MIDNIGHT + 10, "cpu.used_percent", "disk.used_percent", "x.nothing"
    )["series"]
    assert [(s["metric"], s["labels"], s["unit"], s["values"]) for s in series] == [
        ("cpu.used_percent", {}, "percent", [3.0]),
        ("disk.used_percent", {}, "percent", [2.0]),
        ("disk.used_percent", {"mountpoint": '/a,b "ü"\\'}, "percent", [1.0]),
    ]


def test_relative_times_end_now(http: httpx.Client, agent: TestAgent) -> None:
    send(agent, 1, time.time(), {("load.1m", ""): 4.0})
    query = {"agent": agent.id, "metric": "load.1m", "from": "-15m"}
    answer = http.get("/api/metrics", params=query).json()
    assert answer["interval_s"] == 10
    assert abs(answer["to_us"] / US - time.time()) < 30
    assert [value for value in answer["series"][0]["values"] if value is not None] == [4.0]


def test_last_values_are_the_newest_of_each_series(http: httpx.Client, agent: TestAgent) -> None:
    now_us = time.time_ns() // 1000
    send(agent, 1, now_us / US - 20, {("load.1m", ""): 1.0, ("load.5m", ""): 9.0})
    send(agent, 2, now_us / US - 10, {("load.1m", ""): 2.0})
    send(agent, 3, now_us / US - 3600, {("load.15m", ""): 3.0})
    send(agent, 4, now_us / US, {("disk.reads_total", "device=sda"): 7.0})
    answer = http.get("/api/metrics/last", params={"agent": agent.hostname})
    assert [(x["metric"], x["labels"], x["value"], x["unit"]) for x in answer.json()] == [
        ("disk.reads_total", {"device": "sda"}, 7.0, "/s"),
        ("load.1m", {}, 2.0, ""),
        ("load.5m", {}, 9.0, ""),
    ]
    assert {x["agent_id"] for x in answer.json()} == {agent.id}
    assert all(abs(x["ts_us"] - now_us) <= 20 * US for x in answer.json())


REFUSED: list[tuple[dict[str, Any], int, str]] = [
    ({"from": "yesterday"}, 422, "from"),
    ({"to": "1h"}, 422, "to"),
    ({"to": "2026-13-01"}, 422, "to"),
    ({"from": "-1y"}, 422, "from"),
    ({"from": ""}, 422, "from"),
    ({"from": "\u0661"}, 422, "from"),
    ({"from": "now", "to": "-1h"}, 422, "to"),
    ({"from": "now", "to": "now"}, 422, "to"),
    ({"from": "0"}, 422, "from"),
    ({"to": "9999-12-31T23:59:59-14:00"}, 422, "from"),
    ({"metric": []}, 400, "metric"),
    ({"metric": "CPU"}, 422, "metric"),
    ({"metric": "a'; DROP TABLE samples"}, 422, "metric"),
    ({"metric": "x" * 129}, 422, "metric"),
    ({"metric": [f"m{n}" for n in range(101)]}, 422, "metric"),
    ({"interval_s": "0.5"}, 400, "interval_s"),
    ({"interval_s": "86401"}, 400, "interval_s"),
    ({"interval_s": "nan"}, 400, "interval_s"),
    ({"interval_s": "x"}, 400, "interval_s"),
    ({"agent": [f"a{n}" for n in range(1001)]}, 422, "agent"),
]


@pytest.mark.parametrize(("query", "status", "named"), REFUSED, ids=[str(q)[:40] for q, *_ in REFUSED])
def test_a_wrong_question_names_the_field(
    http: httpx.Client, query: dict[str, Any], status: int, named: str
) -> None:
    answer = http.get("/api/metrics", params={"metric": "load.1m"} | query)
    assert answer.status_code == status, answer.text
    assert set(answer.json()) == {"code", "message"}
    assert re.search(rf"\b{named}(: |')", answer.json()["message"])


@pytest.mark.parametrize(
    "span",
    [
        ("1970-01-01", "1970-01-01T00:10"),
        ("9999-12-30", "9999-12-31T23:59:59Z"),
        ("2300-01-01", "2300-06-01"),
    ],
    ids=str,
)
def test_a_span_far_away_has_no_data(http: httpx.Client, agent: TestAgent, span: tuple[str, str]) -> None:
    for metric in ("load.1m", "disk.reads_total"):
        query = {"metric": metric, "from": span[0], "to": span[1], "agent": agent.id}
        answer = http.get("/api/metrics", params=query)
        assert answer.status_code == 200, answer.text
        assert answer.json()["series"] == []


def test_more_than_2000_series_are_too_many(http: httpx.Client, agent: TestAgent) -> None:
    send(agent, 1, MIDNIGHT, {("cpu.core_percent", f"core={n}"): 1.0 for n in range(2001)})
    query = {"agent": agent.id, "metric": "cpu.core_percent"}
    query |= {"from": str(MIDNIGHT * US), "to": str((MIDNIGHT + 10) * US)}
    answer = http.get("/api/metrics", params=query)
    assert answer.status_code == 413, answer.text
    assert "2000" in answer.json()["message"]


def test_an_unknown_agent_is_not_found(http: httpx.Client) -> None:
    for path in ("/api/metrics", "/api/metrics/last"):
        answer = http.get(path, params={"metric": "load.1m", "agent": "no-such-host"})
        assert answer.status_code == 404
        assert "no-such-host" in answer.json()["message"]


def test_a_repeat_of_a_look_changes_nothing(http: httpx.Client, agent: TestAgent) -> None:
    for _ in range(3):
        send(agent, 1, MIDNIGHT, {("disk.reads_total", ""): 5.0, ("load.1m", ""): 1.0})
    other = agent.send_samples(1, MIDNIGHT, {("load.1m", ""): 2.0})
    assert (other.status_code, other.json()["code"]) == (409, "sequence_conflict")
    (series,) = ask(http, agent.id, MIDNIGHT, MIDNIGHT + 10, "load.1m")["series"]
    assert series["values"] == [1.0]


def test_the_extremes_of_a_float_read_back(http: httpx.Client, agent: TestAgent) -> None:
    now_s = time.time()
    tiny = struct.unpack("<d", b"\x01" + bytes(7))[0]
    send(agent, 1, now_s, {("a", ""): 1.7976931348623157e308, ("b", ""): -0.0, ("c", ""): tiny})
    values = {x["metric"]: x["value"] for x in http.get(f"/api/metrics/last?agent={agent.id}").json()}
    assert values["a"] == 1.7976931348623157e308
    assert (values["b"], math.copysign(1, values["b"])) in ((0.0, -1.0), (0.0, 1.0))
    assert values["c"] == tiny


def test_a_mean_beyond_a_float_is_no_invalid_json(http: httpx.Client, agent: TestAgent) -> None:
    for sequence in (1, 2):
        send(agent, sequence, MIDNIGHT + sequence, {("a", ""): 1.7976931348623157e308})
    (series,) = ask(http, agent.id, MIDNIGHT, MIDNIGHT + 10, "a")["series"]
    assert series["values"] == [None]


@pytest.fixture(scope="module")
def open_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with Site(tmp_path_factory.mktemp("open"), "--open", "reports,fleet,inventory,ops") as site:
        site.start()
        yield site


def test_an_open_fleet_lets_loopback_ask_and_nobody_else(open_site: Site) -> None:
    for path in ("/api/metrics?metric=load.1m", "/api/metrics/last"):
        assert open_site.get(path).status_code == 200
        assert open_site.get(path, headers={"X-Forwarded-For": "192.0.2.1"}).status_code == 401


def test_the_console_is_never_open(open_site: Site) -> None:
    for path in ("/console/v1/fleet", "/console/v1/hosts/x", "/console/v1/session"):
        assert open_site.get(path).status_code == 401


def test_the_own_machine_is_asked_when_no_agent_is_named(open_site: Site) -> None:
    assert open_site.get("/api/metrics/last").json() == []
    assert open_site.get("/api/metrics?metric=load.1m").json()["series"] == []
