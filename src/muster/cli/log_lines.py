"""Log rows as lines for people."""

from datetime import UTC, datetime

import click
import msgspec

COLORS = {
    "critical": "magenta",
    "error": "red",
    "warning": "yellow",
    "notice": "cyan",
    "debug": "bright_black",
}


class Row(msgspec.Struct):
    """A row as the server answers it."""

    id: str
    ts_us: int
    agent_id: str
    hostname: str
    runner: str
    source: str
    level: str
    message: str
    fields: dict[str, str]


def to_line(row: Row) -> str:
    """Return a row for people: time, level, host, message, fields."""
    level = click.style(f"{row.level or '-':8}", fg=COLORS.get(row.level))
    host, message = shown(row.hostname or row.source), shown(row.message)
    fields = "".join(
        f" {click.style(shown(name), dim=True)}={shown(value)}" for name, value in row.fields.items()
    )
    return f"{local_time(row.ts_us)} {level} {host} {message}{fields}"


def local_time(ts_us: int) -> str:
    """Return a time in Unix microseconds in this machine's zone, to the millisecond."""
    at = datetime.fromtimestamp(ts_us / 1e6, UTC).astimezone()
    return f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03d}"


def shown(text: str) -> str:
    """Return a text whose control characters cannot act on a terminal."""
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text)
