"""What can be configured, with units in the names."""

from pathlib import Path
from typing import Annotated, Literal

import msgspec

from muster.model.access import Surface
from muster.model.runner_kinds import ALLOWED_BY_DEFAULT

MIB = 1024 * 1024

PositiveInt = Annotated[int, msgspec.Meta(ge=1)]
Days = Annotated[int, msgspec.Meta(ge=1, le=36_500)]
PortNumber = Annotated[int, msgspec.Meta(ge=1, le=65_535)]


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of every section: unknown keys are refused."""


class ServerSettings(Section, frozen=True, kw_only=True):
    """Where the server listens. A host of `allowed_hosts` may be named by a browser's Host header.

    `display_timezone` (`Europe/Berlin`) is the one in which hours and days of events are asked for.
    """

    host: str = "127.0.0.1"
    port: PortNumber = 8080
    allowed_hosts: tuple[str, ...] = ()
    display_timezone: str = "UTC"
    tls_certificate: str = ""
    tls_key: str = ""


class AuthSettings(Section, frozen=True, kw_only=True):
    """Surfaces that loopback callers may use without a token."""

    open: tuple[Surface, ...] = ()


class RelationalSettings(Section, frozen=True, kw_only=True):
    """`dsn` empty: SQLite in the data directory; else `postgresql://user:password@host/db`."""

    dsn: str = ""


class TelemetrySettings(Section, frozen=True, kw_only=True):
    """`dsn` empty: embedded chDB in the data directory; else `clickhouse://user:password@host:8123/db`."""

    dsn: str = ""
    memory_bytes: Annotated[int, msgspec.Meta(ge=256 * MIB)] = 700 * MIB
    cache_bytes: Annotated[int, msgspec.Meta(ge=MIB)] = 64 * MIB
    query_timeout_s: PositiveInt = 10
    readers: Annotated[int, msgspec.Meta(ge=1, le=64)] = 2


class CommitSettings(Section, frozen=True, kw_only=True):
    """Bounds of what waits for the disk; beyond `queue_bytes` requests get 429."""

    queue_bytes: Annotated[int, msgspec.Meta(ge=MIB)] = 64 * MIB
    group_bytes: Annotated[int, msgspec.Meta(ge=MIB)] = 16 * MIB
    agent_gather_ms: Annotated[int, msgspec.Meta(ge=0, le=5000)] = 250


class LimitSettings(Section, frozen=True, kw_only=True):
    """Bounds of one request."""

    body_bytes: Annotated[int, msgspec.Meta(ge=1024)] = 16 * MIB
    decompressed_bytes: Annotated[int, msgspec.Meta(ge=1024)] = 64 * MIB


class RetentionSettings(Section, frozen=True, kw_only=True):
    """Rows received longer ago than this are dropped, whole days at a time.

    `inventory_days`: what was replaced in the inventory that long ago; what is current stays.
    """

    reports_days: Days = 30
    samples_days: Days = 30
    logs_days: Days = 14
    rollups_days: Days = 365
    inventory_days: Days = 365


class AuditSettings(Section, frozen=True, kw_only=True):
    """`origin`: the log's name in checkpoints; empty: the one it has, else the host's and `/audit`.

    `key_file` holds the private key that signs them; empty: `audit.key` in the data directory. Servers on
    one database must have the same.
    """

    origin: str = ""
    key_file: str = ""


class FaultSettings(Section, frozen=True, kw_only=True):
    """Errors on purpose, so that dashboards have some to show: the share of requests answered 500."""

    audit_error_rate: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.0


class LogSettings(Section, frozen=True, kw_only=True):
    """`auto` writes JSON lines unless standard error is a terminal."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "json", "text"] = "auto"


class AgentSettings(Section, frozen=True, kw_only=True):
    """The agent: where it sends, how much it keeps, what it watches.

    `environment` names the variables, `*` for any characters, that an inventory may hold; values of
    those that look like secrets are masked all the same. `outside_address_urls` are services that answer
    with the address from which they are asked, as plain text; one after another is tried. `ports` are
    numbers and ranges (`"3000-3007"`); `allow_runners` are the kinds of runners that a server may start
    here: `metric` and modes of readers, by default all but `script`. `reports_dir` non-empty writes each
    report as `<id>.json` there and keeps the newest `reports_keep`. `upgrade_key` is the public key
    (base64) that another version of the agent must be signed with, empty: none is taken;
    `allow_downgrade` takes older ones, too. `allow_paths` are the files, and the directories with all that
    is in them, that runners may read here, `allow_write_paths` those that they may write, none by default:
    who can write files can run programs. `collect_logs` lets the agent of `muster up` collect the
    machine's own logs, as the runner `system`.
    """

    server: str = "http://127.0.0.1:8080"
    token_file: str = ""
    ca_file: str = ""
    interval_s: Annotated[float, msgspec.Meta(ge=1, le=86_400)] = 10.0
    inventory_interval_s: Annotated[float, msgspec.Meta(ge=1, le=86_400)] = 60.0
    environment: tuple[str, ...] = (
        *("PATH", "SHELL", "HOME", "USER", "LOGNAME", "PWD", "TERM", "LANG", "LANGUAGE", "LC_*", "TZ"),
        *("HOSTNAME", "EDITOR", "VIRTUAL_ENV", "JAVA_HOME", "PYTHONPATH", "XDG_SESSION_TYPE"),
    )
    outside_address_urls: tuple[str, ...] = ()
    ports: tuple[int | str, ...] = (445, "3000-3007")
    spool_bytes: Annotated[int, msgspec.Meta(ge=MIB)] = 512 * MIB
    reports_dir: str = ""
    allow_runners: tuple[str, ...] = ALLOWED_BY_DEFAULT
    reports_keep: PositiveInt = 8640
    upgrade_key: str = ""
    allow_downgrade: bool = False
    allow_paths: tuple[str, ...] = ("/",)
    allow_write_paths: tuple[str, ...] = ()
    collect_logs: bool = True


class Settings(Section, frozen=True, kw_only=True):
    """Everything; `data` is the directory that holds all state of this process."""

    data: Path = Path("muster-data")
    server: ServerSettings = ServerSettings()
    auth: AuthSettings = AuthSettings()
    relational: RelationalSettings = RelationalSettings()
    telemetry: TelemetrySettings = TelemetrySettings()
    commit: CommitSettings = CommitSettings()
    limits: LimitSettings = LimitSettings()
    retention: RetentionSettings = RetentionSettings()
    audit: AuditSettings = AuditSettings()
    faults: FaultSettings = FaultSettings()
    log: LogSettings = LogSettings()
    agent: AgentSettings = AgentSettings()


RELOADABLE = frozenset(
    {
        "auth.open",
        "limits",
        "faults",
        "retention",
        "log.level",
        "telemetry.query_timeout_s",
        "server.allowed_hosts",
        "server.display_timezone",
    }
)
"""Sections and keys that `POST /reload` and SIGHUP apply to a running server."""

EDITABLE = (
    *("retention.reports_days", "retention.samples_days", "retention.logs_days"),
    *("retention.rollups_days", "retention.inventory_days"),
    *("server.display_timezone", "log.level", "telemetry.query_timeout_s"),
)
"""Keys that administrators may set in the console while the server runs. What could lock everybody out,
open the server or stop it is not among them."""

SECRET = frozenset({"relational.dsn", "telemetry.dsn"})
"""Keys whose values may hold a password; they are shown masked only."""
