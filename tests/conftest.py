"""Fixtures that more than one kind of test needs."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn

import psycopg
import pytest

from muster.settings import TelemetrySettings
from muster.store.telemetry.clients import TelemetryClients
from tests.processes import free_port, wait_for


def missing(what: str) -> NoReturn:
    """Skip a test by name where a real component is missing; with CI=true nothing may be skipped."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI must have {what}")
    pytest.skip(f"needs {what}")


@pytest.fixture(scope="session")
def telemetry_clients(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TelemetryClients]:
    """The embedded store; one for all tests, since a process can have one directory only."""
    clients = TelemetryClients(
        TelemetrySettings(), tmp_path_factory.mktemp("telemetry"), query_timeout_s=lambda: 10
    )
    clients.create_tables()
    yield clients
    clients.close()


@pytest.fixture(scope="session")
def postgres_dsn() -> Iterator[str]:
    """A temporary PostgreSQL cluster on a free port of loopback; it refuses to run as root.

    Its directory is not pytest's, which any other run of pytest closes to all but its own user.
    """
    programs = _postgres_programs()
    if programs is None:
        missing("PostgreSQL's initdb and postgres")
    with TemporaryDirectory(prefix="muster-postgresql-", ignore_cleanup_errors=True) as name:
        directory, port = Path(name), free_port()
        data = directory / "data"
        user = "nobody" if os.getuid() == 0 else None
        if user is not None:
            os.chown(directory, pwd.getpwnam(user).pw_uid, -1)
        initdb: list[str | Path] = [programs / "initdb", "-D", data, "-U", "muster"]
        initdb += ["--auth=trust", "-E", "UTF8", "--no-sync"]
        subprocess.run(initdb, user=user, cwd="/", check=True, capture_output=True)
        server: list[str | Path] = [programs / "postgres", "-D", data, "-p", str(port)]
        server += ["-h", "127.0.0.1", "-k", directory]
        with (directory / "log").open("wb") as log:
            process = subprocess.Popen(server, user=user, cwd="/", stdout=log, stderr=log)
        dsn = f"postgresql://muster@127.0.0.1:{port}/postgres"
        try:
            wait_for("PostgreSQL answers", lambda: _answers(dsn, process), 30)
            yield dsn
        finally:
            process.terminate()
            process.wait(20)


def _answers(dsn: str, process: "subprocess.Popen[bytes]") -> bool:
    assert process.poll() is None, "PostgreSQL ended"
    try:
        psycopg.connect(dsn).close()
    except psycopg.OperationalError:
        return False
    return True


def _postgres_programs() -> Path | None:
    """Return the directory that has the server's programs, of the newest version."""
    beside = [Path(found).parent for name in ("initdb", "postgres") if (found := shutil.which(name))]
    places = [*Path("/usr/lib/postgresql").glob("*/bin"), *beside]
    whole = [place for place in places if (place / "initdb").exists() and (place / "postgres").exists()]
    return max(whole) if whole else None
