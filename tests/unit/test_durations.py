"""Durations of configurations: what they are, and that none is endless or less than nothing."""

import pytest

from muster.pipeline.durations import duration_problems, parse_duration_s


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30s", 30), ("1h30m", 5400), ("1.5h", 5400), ("250ms", 0.25), ("2d", 172_800), (" 90 ", 90), ("0", 0)],
)
def test_texts_are_seconds(text: str, seconds: float) -> None:
    assert parse_duration_s(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "s", "5 m", "1h x", "-1", "-5s", "nan", "inf", "1e999", "9" * 400, "9" * 400 + "h"]
)
def test_others_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected a duration such as 30s"):
        parse_duration_s(text)


def test_an_option_is_named() -> None:
    options = {"a": "x", "b": "0s", "c": "1s"}
    assert [problem.path for problem in duration_problems(options)] == ["a"]
    (_, zero) = duration_problems(options, may_be_zero=False)
    assert str(zero) == "b: expected more than 0 s"
