"""Crash points are found by name, with or without the stream that passes them."""

import os
from typing import NoReturn

import pytest

from muster.failpoints import POINTS, ignore, of_stream, parse_failpoints


class Died(Exception):
    pass


@pytest.fixture(autouse=True)
def _no_kill(monkeypatch: pytest.MonkeyPatch) -> None:
    def die(pid: int, number: int) -> NoReturn:
        raise Died

    monkeypatch.setattr(os, "kill", die)


def test_without_the_variable_nothing_happens() -> None:
    assert parse_failpoints({}) is ignore


@pytest.mark.parametrize("text", ["nowhere", "nowhere@samples", "server.insert", "@samples"])
def test_an_unknown_name_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="unknown point"):
        parse_failpoints({"MUSTER_CRASH_AT": text})


@pytest.mark.parametrize("point", POINTS)
def test_a_process_dies_when_a_point_is_reached_so_often(point: str) -> None:
    reach = parse_failpoints({"MUSTER_CRASH_AT": f"{point}:2"})
    reach(point)
    reach("another")
    with pytest.raises(Died):
        of_stream(reach, "samples")(point)


def test_a_point_of_one_stream_is_not_reached_by_another() -> None:
    reach = parse_failpoints({"MUSTER_CRASH_AT": "server.insert.before@samples"})
    of_stream(reach, "reports")("server.insert.before")
    reach("server.insert.before")
    with pytest.raises(Died):
        of_stream(reach, "samples")("server.insert.before")


@pytest.mark.parametrize("times", ["", ":1"])
def test_the_name_of_a_stream_may_have_a_colon(times: str) -> None:
    reach = parse_failpoints({"MUSTER_CRASH_AT": f"agent.send.before@logs:web{times}"})
    of_stream(reach, "logs:other")("agent.send.before")
    with pytest.raises(Died):
        of_stream(reach, "logs:web")("agent.send.before")
