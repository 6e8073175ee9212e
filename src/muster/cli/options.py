"""Options that several commands share. They become `LoadedSettings`, handed over as `loaded`."""

import functools
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from muster.model.access import Surface
from muster.settings import LoadedSettings, load_settings, read_settings

Handler = Callable[..., Any]

EVERY_SURFACE = ",".join(Surface)

_DATA = click.option(
    "--data", metavar="DIR", type=Path, help="Where everything is kept.  [default: muster-data]"
)
_CONFIG = click.option(
    "--config", "config", metavar="FILE", type=Path, help="Settings in TOML.  [default: muster.toml in DIR]"
)
_HOST = click.option("-a", "--host", metavar="ADDRESS", help="Address to listen on.  [default: 127.0.0.1]")
_PORT = click.option("-p", "--port", metavar="PORT", type=int, help="Port to listen on.  [default: 8080]")
_OPEN = click.option(
    "--open",
    "open_",
    metavar="[SURFACE,...]",
    is_flag=False,
    flag_value=EVERY_SURFACE,
    help=f"Let callers on this machine in without a token: to all surfaces, or to some of {EVERY_SURFACE}.",
)


def data_options(handler: Handler) -> Handler:
    """Add --data and --config, for commands that work on a data directory."""

    @_DATA
    @_CONFIG
    @functools.wraps(handler)
    def with_settings(*args: Any, data: Path | None, config: Path | None, **rest: Any) -> Any:
        return handler(*args, loaded=_load(config, {"data": data}), **rest)

    return with_settings


def server_options(handler: Handler) -> Handler:
    """Add --data, --config, --host, --port and --open, for commands that run a server."""

    def load(config: Path | None, flags: Mapping[str, object]) -> dict[str, Any]:
        return {"loaded": _load(config, flags)}

    return _server_options(handler, load)


def checked_server_options(handler: Handler) -> Handler:
    """Add the same, and hand over what is wrong with them as `problems` instead of refusing it."""

    def read(config: Path | None, flags: Mapping[str, object]) -> dict[str, Any]:
        loaded, problems = read_settings(file=config, environ=os.environ, flags=flags)
        return {"loaded": loaded, "problems": problems}

    return _server_options(handler, read)


def _server_options(
    handler: Handler, load: Callable[[Path | None, Mapping[str, object]], dict[str, Any]]
) -> Handler:
    @_DATA
    @_CONFIG
    @_HOST
    @_PORT
    @_OPEN
    @functools.wraps(handler)
    def with_settings(
        *args: Any,
        data: Path | None,
        config: Path | None,
        host: str | None,
        port: int | None,
        open_: str | None,
        **rest: Any,
    ) -> Any:
        flags = {"data": data, "server.host": host, "server.port": port, "auth.open": _surfaces(open_)}
        return handler(*args, **load(config, flags), **rest)

    return with_settings


def _surfaces(text: str | None) -> list[str] | None:
    return None if text is None else [name.strip() for name in text.split(",") if name.strip()]


def _load(config: Path | None, flags: Mapping[str, object]) -> LoadedSettings:
    return load_settings(file=config, environ=os.environ, flags=flags)
