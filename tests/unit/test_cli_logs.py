"""What reaches standard error."""

import logging
from collections.abc import Iterator

import pytest

from muster.cli.logs import start_logging
from muster.settings import LogSettings


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield
    root.handlers[:] = before[0]
    root.setLevel(before[1])


@pytest.mark.parametrize("name", ["urllib3.connectionpool", "clickhouse_connect.driver._backend.http_sync"])
def test_a_store_that_is_down_is_told_by_us_alone(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    start_logging(LogSettings())
    logging.getLogger(name).warning("Retrying after connection broken")
    logging.getLogger("muster.api").warning("the telemetry store does not answer")
    (line,) = capsys.readouterr().err.splitlines()
    assert "the telemetry store does not answer" in line
