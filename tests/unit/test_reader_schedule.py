"""When something is due: spans, times of the day, and clocks that jump."""

import time
from collections.abc import Iterator
from datetime import datetime

import pytest

from muster.pipeline.readers.schedule import NEVER_S, Alarm, Every, parse_schedule


@pytest.fixture(autouse=True)
def _zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def unix(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


@pytest.mark.parametrize(
    ("text", "now", "expected"),
    [
        ("0 */5 * * * *", "2026-11-21T10:04:59", "2026-11-21T10:05:00"),
        ("0 */5 * * * *", "2026-11-21T10:05:00", "2026-11-21T10:10:00"),
        ("30 15 4 * * *", "2026-11-21T10:00:00", "2026-11-22T04:15:30"),
        ("0 0 9-17/4 * * mon-fri", "2026-11-21T10:00:00", "2026-11-23T09:00:00"),
        ("0 0 0 1 jan ?", "2026-11-21T10:00:00", "2027-01-01T00:00:00"),
        ("0 0 0 29 2 *", "2026-11-21T10:00:00", "2028-02-29T00:00:00"),
        ("0 0 12 13 * 5", "2026-11-21T10:00:00", "2026-11-27T12:00:00"),
        ("0 0 0 * * 7", "2026-11-21T10:00:00", "2026-11-22T00:00:00"),
        ("5,10 0 0 * * *", "2026-11-21T00:00:05", "2026-11-21T00:00:10"),
        ("* * * * * *", "2026-11-21T23:59:58", "2026-11-21T23:59:59"),
        ("0,30 59 23 * * *", "2026-11-21T23:59:10", "2026-11-21T23:59:30"),
        ("@hourly", "2026-11-21T10:00:01", "2026-11-21T11:00:00"),
        ("@midnight", "2026-11-21T10:00:01", "2026-11-22T00:00:00"),
        ("0 30 2 29 3 *", "2026-03-28T12:00:00", "2026-03-29T03:30:00"),
    ],
)
def test_times_of_the_day(text: str, now: str, expected: str) -> None:
    found = parse_schedule(text).next_after(unix(now))
    assert datetime.fromtimestamp(found).isoformat() == expected


def test_a_day_that_never_comes() -> None:
    assert parse_schedule("0 0 0 31 2 ?").next_after(unix("2026-11-21T10:00:00")) == NEVER_S


@pytest.mark.parametrize(
    ("text", "seconds"), [("loop", 1.0), ("loop 10s", 10.0), ("@every 1h30m", 5400.0), ("@every 90", 90.0)]
)
def test_spans(text: str, seconds: float) -> None:
    assert parse_schedule(text) == Every(seconds)


@pytest.mark.parametrize(
    "text",
    [
        *("", "@every", "@every 0s", "loop 1 2", "* * * * *", "60 * * * * *", "* * * 0 * *", "5-1 * * * * *"),
        *("*/0 * * * * *", "x * * * * *", "@sometimes", "* * * * 13 *", "-1 * * * * *", "@every soon"),
    ],
)
def test_what_is_no_schedule_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected|not within"):
        parse_schedule(text)


class Clocks:
    def __init__(self) -> None:
        self.now_s = unix("2026-11-21T10:00:30")
        self.at_s = 5.0

    def alarm(self, text: str, *, is_due_now: bool = False) -> Alarm:
        return Alarm(
            parse_schedule(text), is_due_now=is_due_now, now_s=lambda: self.now_s, at_s=lambda: self.at_s
        )


def test_a_span_is_measured_whatever_the_time_of_day_does() -> None:
    clocks = Clocks()
    alarm = clocks.alarm("@every 10s", is_due_now=True)
    assert [alarm.is_due(), alarm.is_due()] == [True, False]
    clocks.now_s += 90_000
    assert not alarm.is_due()
    clocks.now_s -= 180_000
    clocks.at_s += 10
    assert [alarm.is_due(), alarm.is_due()] == [True, False]


def test_a_time_of_the_day_is_met_once_also_when_the_clock_jumps() -> None:
    clocks = Clocks()
    alarm = clocks.alarm("0 * * * * *")
    assert not alarm.is_due()
    clocks.now_s += 30
    assert [alarm.is_due(), alarm.is_due()] == [True, False]
    clocks.now_s += 3600
    assert [alarm.is_due(), alarm.is_due()] == [True, False]
    clocks.now_s -= 7200
    assert not alarm.is_due()
    clocks.now_s += 60
    assert alarm.is_due()
