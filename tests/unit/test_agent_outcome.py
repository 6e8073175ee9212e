import pytest

from muster.agent.outcome import Outcome, judge_status, parse_retry_after


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        (200, "", Outcome.DONE),
        (201, "", Outcome.DONE),
        (204, "", Outcome.DONE),
        (301, "", Outcome.LATER),
        (400, "invalid", Outcome.REFUSED),
        (401, "unauthenticated", Outcome.UNKNOWN),
        (401, "shut_out", Outcome.SHUT_OUT),
        (403, "", Outcome.LATER),
        (404, "", Outcome.LATER),
        (408, "", Outcome.LATER),
        (409, "sequence_conflict", Outcome.SEQUENCE_TAKEN),
        (409, "nonce_conflict", Outcome.ID_TAKEN),
        (409, "conflict", Outcome.REFUSED),
        (413, "too_large", Outcome.REFUSED),
        (415, "", Outcome.REFUSED),
        (422, "invalid", Outcome.REFUSED),
        (429, "overloaded", Outcome.LATER),
        (500, "", Outcome.LATER),
        (503, "unavailable", Outcome.LATER),
    ],
)
def test_each_answer_has_one_meaning(status: int, code: str, outcome: Outcome) -> None:
    assert judge_status(status, code) is outcome


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("7", 7.0), ("0", 0.0), ("", None), ("-1", None), ("soon", None), ("²", None), ("99999", 300.0)],
)
def test_retry_after_is_seconds_within_reason(text: str, seconds: float | None) -> None:
    assert parse_retry_after(text) == seconds
