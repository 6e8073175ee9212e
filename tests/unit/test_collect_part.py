"""A part that fails, and works again."""

import logging
from collections.abc import Iterator

import psutil
import pytest

from muster.agent.collect.part import Part
from muster.agent.collect.sample import Sample, sample


def samples_of(number: int) -> Iterator[Sample]:
    yield sample("half", 1 / number)


@pytest.mark.parametrize("error", [OSError("no"), psutil.AccessDenied(1), KeyError("x")])
def test_trouble_is_told_once_and_so_is_its_end(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    answers: list[Exception | int] = [2, error, OSError("another"), 3, 4, error]

    def read() -> int:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    part = Part("thing", read, samples_of)
    seen = []
    with caplog.at_level(logging.INFO):
        while answers:
            part.look()
            seen.append((part.seen, len(part.samples())))
    assert seen == [(2, 1), (None, 0), (None, 0), (3, 1), (4, 1), (None, 0)]
    first = f"cannot read thing: {type(error).__name__}: {error}"
    assert [record.getMessage() for record in caplog.records] == [first, "reading thing again", first]


def test_what_was_seen_may_make_no_samples(caplog: pytest.LogCaptureFixture) -> None:
    part = Part("thing", lambda: 0, samples_of)
    part.look()
    assert part.samples() == []
    assert "cannot read thing: ZeroDivisionError" in caplog.text


def test_a_part_without_samples_has_none() -> None:
    part = Part("thing", lambda: 1)
    part.look()
    assert (part.seen, part.samples()) == (1, [])
