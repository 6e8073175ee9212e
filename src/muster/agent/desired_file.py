"""What the server wanted last, on disk: an agent works by it for as long as no server answers."""

import logging
from pathlib import Path

import msgspec

from muster.agent.kept_file import replace_file
from muster.failpoints import Reach
from muster.model.desired import DesiredState

_log = logging.getLogger(__name__)


class DesiredFile:
    """`desired.json` in the data directory, readable by its owner only: configurations hold secrets."""

    def __init__(self, data: Path, reach: Reach) -> None:
        self._path = data / "desired.json"
        self._reach = reach

    def load(self) -> DesiredState | None:
        """Return what is stored, or None when nothing is, or nothing that can be read: that is logged."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=DesiredState)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
            _log.error("%s cannot be read, so nothing runs until the server answers: %s", self._path, error)
            return None

    def save(self, desired: DesiredState) -> None:
        """Replace what is stored; durable on return, and never half written. Raises OSError."""
        self._reach("agent.desired.before_store")
        replace_file(self._path, msgspec.json.encode(desired))
        self._reach("agent.desired.after_store")
