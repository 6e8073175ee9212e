"""The systemd unit that keeps an agent running (systemd.service(5), systemd.exec(5))."""

import stat
from collections.abc import Sequence
from pathlib import Path

from muster.errors import SettingsError

STATE_ROOT = Path("/var/lib")
PRIVATE_TMP = frozenset({Path("/tmp"), Path("/var/tmp")})  # noqa: S108 named, not written to

_TEMPLATE = """\
[Unit]
Description=Muster agent: reports this machine to {server}
After=network-online.target
Wants=network-online.target
StartLimitIntervalSec=0

[Service]
ExecStart={command}
Restart=always
RestartSec=2
TimeoutStopSec=10
DynamicUser=yes
StateDirectory={state}
StateDirectoryMode=0700
{credentials}\
UMask=0077
CapabilityBoundingSet=
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=read-only
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes
PrivateDevices=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service

[Install]
WantedBy=multi-user.target
"""


def unit_text(
    *,
    python: Path,
    server: str,
    data: Path,
    token_file: Path | None = None,
    ca_file: Path | None = None,
    upgrade_key: str = "",
    options: Sequence[str] = (),
) -> str:
    """Return the unit of an agent run by `python`, with more `options`, under a user that systemd makes.

    With an `upgrade_key` the launcher runs it, so that it can be replaced by versions signed with that.

    Token and authorities may be readable by root alone: systemd hands their content over. Raises
    SettingsError when `data` is not a directory directly in /var/lib, where such a user owns one.
    """
    if data.parent != STATE_ROOT or not data.name:
        raise SettingsError(f"--data {data}: expected a directory in {STATE_ROOT}, which systemd then makes")
    arguments = [str(python), "-m", "muster", "agent", "--server", server, "--data", str(data), *options]
    if upgrade_key:
        launcher = [str(python), "-m", "muster.launcher", "--data", str(data), "--"]
        arguments = [*launcher, "--server", server, "--upgrade-key", upgrade_key, *options]
    words = [_quote(argument) for argument in arguments]
    credentials = ""
    for option, name, path in (
        ("--token-file", "enrolment-token", token_file),
        ("--ca-file", "authorities", ca_file),
    ):
        if path is not None:
            words += [option, f"%d/{name}"]
            credentials += f"LoadCredential={name}:{_escape(str(path))}\n"
    return _TEMPLATE.format(
        server=_escape(server), command=" ".join(words), state=_escape(data.name), credentials=credentials
    )


def write_unit(path: Path, text: str, *, force: bool) -> bool:
    """Write the unit file; return whether that changed it.

    Raises SettingsError when a different one is there, unless `force`.
    """
    try:
        if path.exists():
            if path.read_text() == text:
                return False
            if not force:
                raise SettingsError(f"{path} exists and is different; --force replaces it")
        path.write_text(text)
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from None
    return True


def unreachable_part(program: Path) -> Path | None:
    """Return the part of the path that the service's user cannot enter, or None when it can run it.

    A service with DynamicUser has directories for temporary files of its own.
    """
    for directory in reversed(program.parents):
        if directory in PRIVATE_TMP or not directory.stat().st_mode & stat.S_IXOTH:
            return directory
    return None


def _escape(text: str) -> str:
    """Protect text from systemd's specifiers. Raises SettingsError for a line break."""
    if "\n" in text or "\r" in text:
        raise SettingsError(f"{text!r}: a line break cannot be written to a unit")
    return text.replace("%", "%%")


def _quote(word: str) -> str:
    """Return one word of a command line, quoted where systemd.syntax(7) asks for it."""
    escaped = _escape(word).replace("$", "$$")
    if escaped and not any(character in escaped for character in " \t\"'\\;"):
        return escaped
    inner = escaped.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{inner}"'
