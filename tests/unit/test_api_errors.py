"""Errors as answers, and what of them is logged."""

import logging
from types import SimpleNamespace
from typing import Any

import pytest

from muster.api.http.errors import coded, error_handlers
from muster.errors import Bug, MusterError, SettingsError, Unavailable

REQUEST: Any = SimpleNamespace(
    method="POST", url=SimpleNamespace(path="/reload"), state=SimpleNamespace(request_id="r1")
)


@pytest.mark.parametrize(
    ("error", "status", "has_traceback"),
    [
        (Unavailable("the telemetry store does not answer"), 503, False),
        (SettingsError("server.prot: unknown key"), 500, False),
        (Bug("cannot be"), 500, True),
    ],
)
def test_only_a_bug_is_logged_with_its_traceback(
    caplog: pytest.LogCaptureFixture, error: MusterError, status: int, has_traceback: bool
) -> None:
    answer: Any = error_handlers(lambda path: coded)[MusterError]
    with caplog.at_level(logging.ERROR, "muster.api"):
        assert answer(REQUEST, error).status_code == status
    (record,) = caplog.records
    assert bool(record.exc_info) is has_traceback
    assert error.message in record.getMessage()
