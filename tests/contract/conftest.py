"""Both relational databases, and both ways to the telemetry store: embedded, and over HTTP."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from muster.settings import TelemetrySettings
from muster.store.relational.database import Relational, open_relational
from muster.store.relational.migrate import migrate
from muster.store.telemetry.clients import TelemetryClients
from tests.contract.memory import Clock, MemoryMarks


@pytest.fixture(params=["sqlite", "postgresql"])
def relational(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Relational]:
    """An empty database at this version's schema."""
    dsn = "" if request.param == "sqlite" else str(request.getfixturevalue("postgres_dsn"))
    relational = open_relational(dsn, tmp_path)
    if dsn:
        relational.write_now(lambda c: c.execute(text("DROP SCHEMA public CASCADE")))
        relational.write_now(lambda c: c.execute(text("CREATE SCHEMA public")))
    migrate(relational)
    yield relational
    relational.close()


@pytest.fixture(scope="module", params=["embedded", "http"])
def clients(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TelemetryClients]:
    if request.param == "embedded":
        yield request.getfixturevalue("telemetry_clients")
        return
    script = Path(__file__).with_name("clickhouse_http.py")
    with subprocess.Popen(
        [sys.executable, str(script), str(tmp_path_factory.mktemp("clickhouse"))],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        clients = TelemetryClients(
            TelemetrySettings(dsn=f"clickhouse://default@127.0.0.1:{port}/default"),
            tmp_path_factory.mktemp("unused"),
            query_timeout_s=lambda: 10,
        )
        clients.create_tables()
        yield clients
        clients.close()
        process.terminate()


@pytest.fixture
def marks() -> MemoryMarks:
    return MemoryMarks()


@pytest.fixture
def clock() -> Clock:
    return Clock()
