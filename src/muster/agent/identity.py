"""Who this agent is, and the directory that holds all it must not forget."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from muster.agent.kept_file import replace_file
from muster.errors import SettingsError
from muster.model.ids import AgentId


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """What enrolment gave: the id, the bearer credential, and the address of the server that gave it."""

    agent_id: AgentId
    credential: str
    server: str


class IdentityFile:
    """`agent.json` in the data directory, readable by its owner only."""

    def __init__(self, data: Path) -> None:
        self._path = data / "agent.json"

    def load(self) -> Identity | None:
        """Return the stored identity, or None when the agent never enrolled. Raises SettingsError."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=Identity)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise SettingsError(f"{self._path}: cannot be used: {error}") from None

    def save(self, identity: Identity) -> None:
        """Replace the stored identity; durable on return, and never half written."""
        replace_file(self._path, msgspec.json.encode(identity))


@contextlib.contextmanager
def open_data_directory(data: Path) -> Iterator[None]:
    """Make the directory when it is absent and hold it for this process alone.

    Raises SettingsError when it cannot be written or another process holds it.
    """
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(data / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise SettingsError(f"data directory {data}: {error.strerror}") from None
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise SettingsError(f"data directory {data} is in use by another process") from None
        yield
    finally:
        os.close(lock)
