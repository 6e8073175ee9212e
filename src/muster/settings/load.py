"""Reads settings from all their origins."""

import contextlib
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from muster.errors import SettingsError
from muster.settings.keys import KEYS, SECTIONS, VARIABLES, converted, nearest, replaced
from muster.settings.values import EDITABLE, SECRET, Settings
from muster.settings.zone import load_zone

FILE_NAME = "muster.toml"
"""Read from the data directory when no file is named."""

OTHER_VARIABLES = frozenset(
    {
        "MUSTER_AGENT_TOKEN",  # enrols an agent
        "MUSTER_CA_FILE",  # whom client commands trust
        "MUSTER_CONFIG",  # names the file
        "MUSTER_CRASH_AT",  # muster.failpoints
        "MUSTER_FAULT_KILLS",  # read by the fault tests, as is the next
        "MUSTER_FAULT_SEED",
        "MUSTER_PASSWORD",  # muster user create
        "MUSTER_TOKEN",  # the token of client commands
        "MUSTER_URL",  # the server of client commands
    }
)

_ORCHESTRATOR = re.compile(r"MUSTER_(\w+_)?(SERVICE_(HOST|PORT\w*)|PORT_\d+_(TCP|UDP)\w*)")
_LINK = re.compile(r"(tcp|udp)://")

DEFAULT = "default"
CONSOLE = "console"
FLAG = "flag"


class Sources(msgspec.Struct, frozen=True):
    """Where settings come from; reading them again gives the settings of that moment."""

    file: Path | None
    environ: Mapping[str, str]
    flags: Mapping[str, object]


class LoadedSettings(msgspec.Struct, frozen=True):
    """Settings with the origin of each dotted key: `default`, a file, a variable's name or `flag`."""

    settings: Settings
    origins: Mapping[str, str]
    sources: Sources


class _Given(NamedTuple):
    name: str
    value: object
    origin: str
    from_text: bool


def load_settings(
    *, file: Path | None, environ: Mapping[str, str], flags: Mapping[str, object]
) -> LoadedSettings:
    """Read file, environment and flags, the later one winning.

    `file` None: `MUSTER_CONFIG`, else `muster.toml` in the data directory if there is one. `flags`
    maps dotted keys to values; None means not given. Raises SettingsError that names each wrong key,
    its origin and what was expected.
    """
    loaded, problems = read_settings(file=file, environ=environ, flags=flags)
    if problems:
        raise SettingsError(*problems)
    return loaded


def read_settings(
    *, file: Path | None, environ: Mapping[str, str], flags: Mapping[str, object]
) -> tuple[LoadedSettings, list[str]]:
    """Read as `load_settings` does; return the settings without what is wrong, and a line for each wrong."""
    own = {name: text for name, text in environ.items() if _is_ours(name, text)}
    sources = Sources(file, own, {name: value for name, value in flags.items() if value is not None})
    values: dict[str, Any] = {}
    origins = dict.fromkeys(KEYS, DEFAULT)
    problems: list[str] = []
    for given in _iter_given(sources, problems):
        try:
            values[given.name] = _value(given)
            origins[given.name] = given.origin
        except SettingsError as error:
            problems.append(error.message)
    settings = replaced(Settings(), values)
    problems += _contradictions(settings)
    return LoadedSettings(settings, origins, sources), problems


def reload_settings(loaded: LoadedSettings) -> LoadedSettings:
    """Read the same sources again. Raises SettingsError."""
    sources = loaded.sources
    return load_settings(file=sources.file, environ=sources.environ, flags=sources.flags)


def overlay(loaded: LoadedSettings, edits: Mapping[str, object]) -> tuple[LoadedSettings, list[str]]:
    """Return settings with what was set in the console above what was loaded, and a line for each wrong one.

    An edit that is wrong, as one of another version may be, is left out.
    """
    origins = dict(loaded.origins)
    settings = loaded.settings
    problems: list[str] = []
    for name, value in edits.items():
        try:
            settings = replaced(settings, {name: parse_edit(name, value)})
            origins[name] = CONSOLE
        except SettingsError as error:
            problems.append(error.message)
    return LoadedSettings(settings, origins, loaded.sources), problems


def parse_edit(name: str, value: object) -> Any:
    """Return the value of a setting that is made in the console. Raises SettingsError."""
    if name not in EDITABLE:
        raise SettingsError(f"{name}: cannot be set in the console")
    parsed = _value(_Given(name, value, CONSOLE, False))
    if name == "server.display_timezone":
        load_zone(parsed)
    return parsed


def _iter_given(sources: Sources, problems: list[str]) -> Iterator[_Given]:
    """Yield what the sources give, the later one winning; add to `problems` what is no setting."""
    later = [*_iter_environ(sources.environ, problems)]
    later += [_Given(name, value, FLAG, False) for name, value in sources.flags.items()]
    named = sources.file or sources.environ.get("MUSTER_CONFIG")
    if named:
        yield from _iter_file(Path(named), problems)
    else:
        path = _data_of(later) / FILE_NAME
        if path.is_file():
            yield from _iter_own_file(path, problems)
    yield from later


def _data_of(given: Sequence[_Given]) -> Path:
    """Return the data directory; a wrong one is told when its value is taken."""
    data = Settings().data
    for each in given:
        if each.name == "data":
            with contextlib.suppress(SettingsError):
                data = _value(each)
    return data


def _iter_environ(environ: Mapping[str, str], problems: list[str]) -> Iterator[_Given]:
    for variable, text in environ.items():
        if variable in OTHER_VARIABLES:
            continue
        key = VARIABLES.get(variable)
        if key is None:
            problems.append(f"{variable}: unknown variable{_hint(_nearest_variable(variable))}")
            continue
        yield _Given(key.name, text, variable, True)


def _nearest_variable(variable: str) -> str | None:
    like = nearest(variable, VARIABLES.keys() | OTHER_VARIABLES, cutoff=0.8)
    if like is None:
        name = nearest(variable.removeprefix("MUSTER_").lower().replace("_", ".", 1), KEYS)
        like = KEYS[name].variable if name else None
    return like


def _iter_file(path: Path, problems: list[str]) -> Iterator[_Given]:
    import tomllib  # an agent without a file does not need it

    try:
        table = tomllib.loads(path.read_bytes().decode())
    except OSError as error:
        problems.append(f"{path}: cannot be read: {error.strerror}")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.append(f"{path}: not TOML: {error}")
    else:
        yield from _iter_table(table, "", f"file {path}", problems)


def _iter_own_file(path: Path, problems: list[str]) -> Iterator[_Given]:
    for given in _iter_file(path, problems):
        if given.name == "data":
            problems.append(f"data: the file inside the data directory cannot set it ({given.origin})")
        else:
            yield given


def _iter_table(
    table: Mapping[str, object], prefix: str, origin: str, problems: list[str]
) -> Iterator[_Given]:
    for field, value in table.items():
        name = prefix + field
        if name in SECTIONS:
            if isinstance(value, dict):
                yield from _iter_table(value, name + ".", origin, problems)
            else:
                problems.append(f"{name}: expected a table, got {value!r:.60} ({origin})")
        elif name in KEYS:
            yield _Given(name, value, origin, False)
        else:
            like = nearest(name, SECTIONS if isinstance(value, dict) else KEYS)
            problems.append(f"{name}: unknown key{_hint(like)} ({origin})")


def _value(given: _Given) -> Any:
    key = KEYS[given.name]
    try:
        return converted(key, given.value, from_text=given.from_text)
    except ValueError:
        got = "" if given.name in SECRET else f", got {given.value!r:.60}"
        raise SettingsError(f"{given.name}: expected {key.expected}{got} ({given.origin})") from None


def _contradictions(settings: Settings) -> list[str]:
    """Return which settings do not go together, or not with this machine."""
    server = settings.server
    found: list[str] = []
    if bool(server.tls_certificate) != bool(server.tls_key):
        found.append("server.tls_certificate and server.tls_key: set both or none")
    try:
        load_zone(server.display_timezone)
    except SettingsError as error:
        found.append(error.message)
    return found


def _is_ours(name: str, text: str) -> bool:
    """Tell our variables from what an orchestrator sets for a service that is called muster."""
    if not name.startswith("MUSTER_") or _ORCHESTRATOR.fullmatch(name):
        return False
    return not (name.endswith("_PORT") and _LINK.match(text))


def _hint(like: str | None) -> str:
    return f"; did you mean {like}?" if like else ""
