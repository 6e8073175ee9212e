"""Fixtures that more than one kind of test needs."""

from collections.abc import Iterator

import pytest

from muster.settings import TelemetrySettings
from muster.store.telemetry.clients import TelemetryClients


@pytest.fixture(scope="session")
def telemetry_clients(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TelemetryClients]:
    """The embedded store; one for all tests, since a process can have one directory only."""
    clients = TelemetryClients(
        TelemetrySettings(), tmp_path_factory.mktemp("telemetry"), query_timeout_s=lambda: 10
    )
    clients.create_tables()
    yield clients
    clients.close()
