"""Connections to the telemetry store: chDB inside this process, or a ClickHouse server."""

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
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
from muster.store.telemetry.scratch import Scratch

T = TypeVar("T")

HTTP_SCHEMES = {"clickhouse": "http", "clickhouses": "https"}
TABLES = ("reports", "samples", "rollups", "logs")
LINES = "lines_of_the_body"
"""Stands in a statement for a table of one column, `line`: see `TelemetryClients.insert_lines`."""

MAX_BLOCK_ROWS = 2_000_000
ONE_BLOCK = {
    "max_threads": "1",
    "max_insert_threads": "1",
    "min_insert_block_size_rows": str(MAX_BLOCK_ROWS),
    "min_insert_block_size_bytes": "0",
    "max_insert_block_size": str(MAX_BLOCK_ROWS),
}
"""All rows of a statement go into one part, so that all or none of them are stored."""


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
        self._scratches: list[Scratch] = []
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

    def insert(self, table: str, rows: pa.Table, *, later_index: str = "") -> None:
        """Insert rows as one block; durable on return. Raises Unavailable: it may be stored or not.

        `later_index` is left for merges to build.
        """
        settings = _one_block(later_index)
        try:
            if self._settings.dsn:
                self.client().insert_arrow(table, rows.combine_chunks(), settings=settings)
            else:
                self._read_rows(table, rows, settings)
        except (ClickHouseError, OSError) as error:
            raise Unavailable(f"the telemetry store refused an insert: {_first_line(error)}") from error

    def insert_lines(
        self, sql: str, bodies: Sequence[bytes], parameters: Mapping[str, Any], *, later_index: str = ""
    ) -> None:
        """Run an `INSERT ... SELECT ... FROM` `LINES` as one block; durable on return.

        `LINES` are those of all bodies. Raises Unavailable, with the engine's error as its cause: the rows
        may be stored or not.
        """
        settings = _one_block(later_index)
        try:
            if self._settings.dsn:
                self._send_lines(sql, bodies, parameters, settings)
            else:
                self._read_lines(sql, bodies, parameters, settings)
        except (ClickHouseError, OSError) as error:
            raise Unavailable(f"the telemetry store refused an insert: {_first_line(error)}") from error

    def _read_rows(self, table: str, rows: pa.Table, settings: Mapping[str, str]) -> None:
        """The engine is in this process, so a file is the shortest way there."""
        scratch = self._scratch()
        scratch.write_rows(rows)
        given = ", ".join(f"{name} = '{value}'" for name, value in settings.items())
        self.client().command(
            f"INSERT INTO {table} ({', '.join(rows.column_names)}) "
            f"FROM INFILE '{scratch.path}' SETTINGS {given} FORMAT ArrowStream"
        )

    def _send_lines(
        self, sql: str, bodies: Sequence[bytes], parameters: Mapping[str, Any], settings: Mapping[str, str]
    ) -> None:
        statement = " ".join(sql.replace(LINES, "input('line String')").split())
        self.client().command(
            f"{statement} FORMAT LineAsString",
            parameters=dict(parameters),
            data=b"".join(body if body.endswith(b"\n") else body + b"\n" for body in bodies),
            settings=dict(settings),
        )

    def _read_lines(
        self, sql: str, bodies: Sequence[bytes], parameters: Mapping[str, Any], settings: Mapping[str, str]
    ) -> None:
        scratch = self._scratch()
        scratch.write_lines(bodies)
        statement = sql.replace(LINES, "file({lines_path:String}, 'LineAsString', 'line String')")
        values = {**parameters, "lines_path": scratch.path}
        self.client().command(statement, parameters=values, settings=dict(settings))

    def _scratch(self) -> Scratch:
        """Return the calling thread's file."""
        if not hasattr(self._local, "scratch"):
            self._local.scratch = Scratch(self._data)
            with self._lock:
                self._scratches.append(self._local.scratch)
        scratch: Scratch = self._local.scratch
        return scratch

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
            for scratch in self._scratches:
                scratch.close()
            self._scratches.clear()

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


def _one_block(later_index: str) -> dict[str, str]:
    return ONE_BLOCK | ({"exclude_materialize_skip_indexes_on_insert": later_index} if later_index else {})


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
