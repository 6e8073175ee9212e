"""What simulated agents must not forget: in one file for all of them, or where each has a home."""

from pathlib import Path

import msgspec

from muster.agent.desired_file import DesiredFile
from muster.agent.identity import Identity, IdentityFile
from muster.agent.kept_file import replace_file
from muster.agent.runtime import Home
from muster.errors import SettingsError
from muster.failpoints import ignore
from muster.model.desired import DesiredState


class Identities:
    """The identities of a fleet by host name; `path` None: forgotten with the process."""

    def __init__(self, path: Path | None = None) -> None:
        """Raises SettingsError when the file cannot be read."""
        self._path = path
        self._is_saved = True
        self.known: dict[str, Identity] = {}
        if path is None:
            return
        try:
            self.known = msgspec.json.decode(path.read_bytes(), type=dict[str, Identity])
        except FileNotFoundError:
            pass
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise SettingsError(f"{path}: cannot be used: {error}") from None

    def put(self, hostname: str, identity: Identity) -> None:
        """Remember who an agent is; durable with the next `save`."""
        self.known[hostname] = identity
        self._is_saved = False

    def save(self) -> None:
        """Write the file when there is something new. Blocks. Raises OSError."""
        if self._path is None or self._is_saved:
            return
        self._is_saved = True
        try:
            replace_file(self._path, msgspec.json.encode(self.known))
        except OSError:
            self._is_saved = False
            raise


class KeptIdentity:
    """The identity of one of them."""

    def __init__(self, identities: Identities, hostname: str) -> None:
        self._identities = identities
        self._hostname = hostname

    def load(self) -> Identity | None:
        """Return what is known."""
        return self._identities.known.get(self._hostname)

    def save(self, identity: Identity) -> None:
        """Remember another identity."""
        self._identities.put(self._hostname, identity)


class KeptDesired:
    """What the server wants of one of them, in memory."""

    def __init__(self) -> None:
        self._desired: DesiredState | None = None

    def load(self) -> DesiredState | None:
        """Return what was saved last."""
        return self._desired

    def save(self, desired: DesiredState) -> None:
        """Remember another state."""
        self._desired = desired


class LeanHomes:
    """Only identities outlive the process; small, since there may be thousands."""

    def __init__(self, identities: Identities) -> None:
        self._identities = identities
        self._desired: dict[str, KeptDesired] = {}

    def home(self, hostname: str) -> Home:
        """Return the home of one of them."""
        desired = self._desired.setdefault(hostname, KeptDesired())
        return Home(KeptIdentity(self._identities, hostname), desired, None)

    def save(self) -> None:
        """Write what is not on disk yet. Blocks. Raises OSError."""
        self._identities.save()


class HomeDirectories:
    """Each has a directory, with all that a real agent keeps in its own."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def home(self, hostname: str) -> Home:
        """Return the home of one of them. Raises SettingsError when the directory cannot be made."""
        own = self.directory / hostname
        try:
            own.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise SettingsError(f"{own}: {error.strerror}") from None
        return Home(IdentityFile(own), DesiredFile(own, ignore), own / "spool.db")

    def save(self) -> None:
        """Do nothing: everything is on disk."""

    def since_s(self, now_s: float) -> int:
        """Return when this was called first (Unix seconds). Raises SettingsError."""
        path = self.directory / "since.json"
        try:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            return msgspec.json.decode(path.read_bytes(), type=int)
        except FileNotFoundError:
            replace_file(path, msgspec.json.encode(int(now_s)))
            return int(now_s)
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise SettingsError(f"{path}: cannot be used: {error}") from None
