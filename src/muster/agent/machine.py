"""Which machine this is."""

import hashlib
import platform
import socket
import uuid
from pathlib import Path

from muster import __version__
from muster.model.link import Facts

MACHINE_ID = Path("/etc/machine-id")


def read_machine_id(path: Path = MACHINE_ID) -> str:
    """Return a stable id of this machine: 64 hex digits.

    It is a hash, because machine-id(5) asks that the id itself is kept secret. A machine without
    one is known by its host name and network address.
    """
    try:
        text = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        text = ""
    return hashlib.sha256(f"muster:{text or _fallback()}".encode()).hexdigest()


def read_hostname() -> str:
    """Return the host name, 1-253 characters."""
    return socket.gethostname()[:253] or "unknown"


def read_facts() -> Facts:
    """Return what the agent says of its machine."""
    return Facts(
        hostname=read_hostname(),
        machine_id=read_machine_id(),
        platform=read_platform()[:1024],
        agent_version=__version__,
    )


def _fallback() -> str:
    return f"{socket.gethostname()}{uuid.getnode()}"


def read_platform() -> str:
    """Return for example `Debian GNU/Linux 12 (bookworm), Linux 6.1.0 x86_64`."""
    kernel = f"{platform.system()} {platform.release()} {platform.machine()}"
    try:
        return f"{platform.freedesktop_os_release()['PRETTY_NAME']}, {kernel}"
    except (OSError, KeyError):
        return kernel
