"""What a server takes of its machine before it starts: its directory, its address, open files."""

import contextlib
import fcntl
import os
import resource
import socket
from collections.abc import Iterator
from pathlib import Path

from muster.errors import SettingsError

OPEN_FILES = 65_536


@contextlib.contextmanager
def locked(data: Path, url: str) -> Iterator[None]:
    """Hold the data directory, and tell in it where the server is reached.

    Raises SettingsError when another process holds it, or it cannot be written.
    """
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = (data / "lock").open("a+")
    except OSError as error:
        raise SettingsError(f"data directory {data}: {error.strerror}") from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            pid = file.readline().strip() or "unknown"
            raise SettingsError(f"data directory {data} is used by another Muster (pid {pid})") from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n{url}\n")
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def url_of_running(data: Path) -> str | None:
    """Return where the server of a directory is reached, or was before it was killed; None after its end."""
    try:
        lines = (data / "lock").read_text().splitlines()
    except OSError:
        return None
    return lines[1] if len(lines) > 1 else None


@contextlib.contextmanager
def bound(host: str, port: int) -> Iterator[socket.socket]:
    """Listen on an address. Raises SettingsError when it is taken or not this machine's."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listening = socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        reason = "is taken by another program; choose another with --port" if error.errno == 98 else error
        raise SettingsError(f"{host}:{port} {reason}") from None
    with listening:
        # Inherited by each connection; asyncio sets it only on sockets with an explicit protocol.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listening.setblocking(False)
        yield listening


def raise_open_files() -> None:
    """Let this process hold as many connections as the system allows it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
