"""Connections to the telemetry store: chDB inside this process, or a ClickHouse server."""

import asyncio
import tempfile
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

import clickhouse_connect
import pyarrow as pa
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError

from muster.errors import SettingsError, Unavailable
from muster.settings import TelemetrySettings

T = TypeVar("T")

HTTP_SCHEMES = {"clickhouse": "http", "clickhouses": "https"}
TABLES = ("reports", "samples", "rollups", "logs")
LINES = "lines_of_the_body"
"""Stands in a statement for a table of one column, `line`: see `TelemetryClients.insert_lines`."""


class TelemetryClients:
    """Hands out one client for each thread, since a client serves one call at a time.

    Reads run on `settings.readers` threads of its own with one engine thread each, so that they
    leave the inserts their share.
    """

    def __init__(
        self, settings: TelemetrySettings, data: Path, *, query_timeout_s: Callable[[], int]
    ) -> None:
        self._settings = settings
        self._data = data
        self._query_timeout_s = query_timeout_s
        self._local = threading.local()
        self._clients: list[Client] = []
        self._lock = threading.Lock()
        self._readers = ThreadPoolExecutor(settings.readers, thread_name_prefix="telemetry-read")

    def client(self) -> Client:
        """Return the calling thread's client, opened at the first call. Raises Unavailable."""
        if not hasattr(self._local, "client"):
            with self._lock:
                try:
                    client = self._open()
                except (ClickHouseError, OSError, RuntimeError) as error:
                    raise Unavailable(f"the telemetry store does not open: {_first_line(error)}") from error
                self._clients.append(client)
            self._local.client = client
        client = self._local.client
        return client  # type: ignore[no-any-return]

    def rows(
        self, sql: str, parameters: Mapping[str, Any] | None = None, **settings: int
    ) -> list[tuple[Any, ...]]:
        """Run a query on the calling thread. Raises Unavailable when the store does not answer in time."""
        limits = {"max_threads": 1, "max_execution_time": self._query_timeout_s(), **settings}
        try:
            result = self.client().query(sql, parameters=dict(parameters or {}), settings=limits)
        except (ClickHouseError, OSError) as error:
            raise Unavailable(f"the telemetry store failed: {_first_line(error)}") from error
        return [tuple(row) for row in result.result_rows]

    async def read(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Run a query on a reader thread. Raises Unavailable as `rows` does."""
        return await self.run(lambda: self.rows(sql, parameters))

    async def run(self, work: Callable[[], T]) -> T:
        """Run several queries of one answer on one reader thread."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._readers, work)
        except RuntimeError as error:
            raise Unavailable("the telemetry store is closed") from error

    def command(self, sql: str, parameters: Mapping[str, Any] | None = None) -> None:
        """Run a statement that answers no rows. Raises Unavailable."""
        try:
            self.client().command(sql, parameters=dict(parameters or {}))
        except (ClickHouseError, OSError) as error:
            raise Unavailable(f"the telemetry store failed: {_first_line(error)}") from error

    def insert(self, table: str, rows: pa.Table) -> None:
        """Insert rows as one block; durable on return. Raises Unavailable: it may be stored or not."""
        try:
            self.client().insert_arrow(table, rows)
        except (ClickHouseError, OSError) as error:
            raise Unavailable(f"the telemetry store refused an insert: {_first_line(error)}") from error

    def insert_lines(
        self, sql: str, body: bytes, parameters: Mapping[str, Any], settings: Mapping[str, Any]
    ) -> None:
        """Run an `INSERT ... SELECT ... FROM` `LINES`, where `LINES` are those of `body`; durable on return.

        Raises Unavailable, with the engine's error as its cause: the rows may be stored or not.
        """
        try:
            if self._settings.dsn:
                self._send_lines(sql, body, parameters, settings)
            else:
                self._read_lines(sql, body, parameters, settings)
        except (ClickHouseError, OSError) as error:
            raise Unavailable(f"the telemetry store refused an insert: {_first_line(error)}") from error

    def _send_lines(
        self, sql: str, body: bytes, parameters: Mapping[str, Any], settings: Mapping[str, Any]
    ) -> None:
        statement = " ".join(sql.replace(LINES, "input('line String')").split())
        self.client().command(
            f"{statement} FORMAT LineAsString",
            parameters=dict(parameters),
            data=body,
            settings=dict(settings),
        )

    def _read_lines(
        self, sql: str, body: bytes, parameters: Mapping[str, Any], settings: Mapping[str, Any]
    ) -> None:
        """The engine is in this process, so a file is the shortest way there."""
        with tempfile.NamedTemporaryFile(dir=self._data, prefix="lines-") as file:
            file.write(body)
            file.flush()
            path = str(Path(file.name).resolve())
            statement = sql.replace(LINES, "file({lines_path:String}, 'LineAsString', 'line String')")
            values = {**parameters, "lines_path": path}
            self.client().command(statement, parameters=values, settings=dict(settings))

    def create_tables(self) -> None:
        """Create what is missing. Raises Unavailable."""
        for table in TABLES:
            ddl = resources.files(__package__).joinpath(f"schema/{table}.sql").read_text()
            self.command(ddl.format(merge_tree="MergeTree", replacing="ReplacingMergeTree"))

    def close(self) -> None:
        """Close every client; the embedded engine needs it to end cleanly."""
        self._readers.shutdown(wait=True, cancel_futures=True)
        with self._lock:
            for client in self._clients:
                client.close()
            self._clients.clear()

    def _open(self) -> Client:
        if self._settings.dsn:
            return clickhouse_connect.get_client(
                dsn=http_dsn(self._settings.dsn), autogenerate_session_id=False
            )
        path = self._data / "telemetry"
        path.mkdir(parents=True, exist_ok=True)
        config = self._data / "telemetry.xml"
        if not self._clients:
            config.write_text(engine_config(self._settings))
        return clickhouse_connect.get_client(
            interface="chdb", path=str(path), chdb_options={"config-file": str(config)}
        )


def engine_config(settings: TelemetrySettings) -> str:
    """Return the embedded engine's configuration: its bounds on memory, caches and threads."""
    values = {
        "max_server_memory_usage": settings.memory_bytes,
        "mark_cache_size": settings.cache_bytes,
        "index_mark_cache_size": settings.cache_bytes // 4,
        "uncompressed_cache_size": 0,
        "query_condition_cache_size": 0,
        "background_pool_size": 2,
        "background_schedule_pool_size": 2,
        "max_thread_pool_size": 256,
    }
    lines = (f"  <{key}>{escape(str(value))}</{key}>" for key, value in values.items())
    return "\n".join(("<clickhouse>", *lines, "</clickhouse>", ""))


def http_dsn(dsn: str) -> str:
    """Return a driver DSN for `clickhouse://` (HTTP) or `clickhouses://` (HTTPS). Raises SettingsError."""
    scheme, _, rest = dsn.partition("://")
    try:
        parts = urlsplit(dsn)
        has_host = bool(parts.hostname) and parts.port != 0
    except ValueError:
        has_host = False
    if scheme not in HTTP_SCHEMES or not has_host:
        raise SettingsError(
            "telemetry.dsn: expected clickhouse://user:password@host:port/database, or clickhouses:// for TLS"
        )
    return f"{HTTP_SCHEMES[scheme]}://{rest}"


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
