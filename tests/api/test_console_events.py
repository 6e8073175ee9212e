"""Counts over time, as the events page asks for them."""

import time
import uuid

import httpx
import pytest

from tests.api.conftest import Client

SERIES = "/console/v1/event-types/series"
DAY_US = 86_400_000_000


@pytest.fixture
def counted(admin: httpx.Client) -> dict[str, int]:
    """Ids of two new events that were counted 3 times and once, by name."""
    names = {f"first {uuid.uuid4().hex}": 3, f"second/{uuid.uuid4().hex}": 1}
    for name, times in names.items():
        answer = admin.post(f"/api/events/{name.replace('/', '%2F')}/{times}")
        assert answer.status_code == 201, answer.text
    types = admin.get("/console/v1/event-types").json()
    return {each["name"]: each["id"] for each in types if each["name"] in names}


@pytest.mark.parametrize("step", ["hour", "day", "week", "month"])
def test_several_events_in_one_answer(client: Client, counted: dict[str, int], step: str) -> None:
    now_us = time.time_ns() // 1000
    first, second = counted.values()
    query = {"id": [first, second, 999_999_999], "from": now_us - 2 * DAY_US, "to": now_us, "step": step}
    answer = client("read").get(SERIES, params=query)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["zone"], body["step"]) == ("UTC", step)
    assert {each["id"]: sum(each["counts"]) for each in body["series"]} == {
        first: 3,
        second: 1,
        999_999_999: 0,
    }
    assert len(body["starts_us"]) == len(body["dates"]) == len(body["series"][0]["counts"])
    assert body["starts_us"] == sorted(set(body["starts_us"]))
    assert body["starts_us"][0] <= now_us - 2 * DAY_US
    assert body["end_us"] >= now_us
    assert len(body["dates"][0]) == (16 if step == "hour" else 10)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"id": list(range(1, 52))}, "id"),
        ({"id": ["x"]}, "id"),
        ({"from": 2, "to": 2}, "to"),
        ({"to": 2**62}, "to"),
        ({"from": -1}, "to"),
        ({"step": "minute"}, "step"),
        ({"from": 0, "step": "hour"}, "step"),
    ],
)
def test_questions_without_an_answer(client: Client, changed: dict[str, object], field: str) -> None:
    now_us = time.time_ns() // 1000
    query = {"id": [1], "from": now_us - DAY_US, "to": now_us, "step": "day"} | changed
    answer = client("read").get(SERIES, params=query)
    assert answer.status_code in (400, 422), answer.text
    assert field in answer.json()["message"]


def test_who_may_ask(client: Client) -> None:
    query = {"id": [1], "from": 1, "to": 2, "step": "day"}
    assert client().get(SERIES, params=query).status_code == 401
    assert client("write:events").get(SERIES, params=query).status_code == 403
