"""Made-up events: a sum that is right, the same for the same seed, sent day by day."""

import json
import random
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from click.testing import CliRunner

from muster.cli.client import Client
from muster.cli.generate_events import NAMES, iter_days
from muster.cli.main import group
from muster.errors import InvalidInput

LAST = datetime(2026, 7, 21, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(("days", "total"), [(1, 1), (1, 100_000), (30, 100_000), (366, 10), (2, 10**9)])
def test_the_counts_sum_up(days: int, total: int) -> None:
    made = list(iter_days(random.Random(1), LAST, days, total))
    assert len(made) == days
    adds = [add for day in made for add in day]
    assert sum(int(add["count"]) for add in adds) == total
    assert all(1 <= int(add["count"]) <= 10**9 for add in adds)
    assert {add["event"] for add in adds} <= NAMES.keys()
    first = LAST.replace(minute=0) - timedelta(hours=24 * days - 1)
    assert all(first.timestamp() <= int(add["ts"]) <= LAST.timestamp() for add in adds)


def test_a_seed_makes_the_same_counts() -> None:
    one, same, other = (list(iter_days(random.Random(seed), LAST, 3, 1000)) for seed in (1, 1, 2))
    assert one == same
    assert one != other


@pytest.mark.parametrize("name", ["generate events", "create-random-events"])
def test_the_command_sends_a_request_a_day(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    bodies: list[list[dict[str, object]]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/api/events"
        bodies.append(json.loads(request.content))
        return httpx.Response(201, json={"status": True})

    monkeypatch.setattr(
        "muster.cli.client.Client",
        lambda url, token, **_: Client(url, token, transport=httpx.MockTransport(answer)),
    )
    options = ["--days", "2", "--events", "500", "--seed", "1", "--until", "2026072109"]
    done = CliRunner().invoke(group, [*name.split(), *options], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert "500 events of 2 days" in done.output
    assert bodies == list(iter_days(random.Random(1), LAST, 2, 500))


def test_a_wrong_last_hour_is_refused() -> None:
    with pytest.raises(InvalidInput, match="YYYYMMDDHH"):
        CliRunner().invoke(group, ["generate", "events", "--until", "today"], catch_exceptions=False)
