"""What this machine decides about upgrades, and the server cannot."""

from pathlib import Path

import msgspec

from muster.errors import InvalidInput, SettingsError
from muster.model.release import parse_public_key
from muster.settings import AgentSettings


class Trust(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent lets itself be told, by its local settings; `public_key` None: no upgrade at all."""

    public_key: bytes | None = None
    allow_downgrade: bool = False


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where this process stands.

    `running` is the name under which the launcher started it, empty when it did not. `server` and
    `ca_file` let the launcher see by itself whether the server is there.
    """

    data: Path
    running: str = ""
    server: str = ""
    ca_file: str = ""

    @property
    def versions(self) -> Path:
        """The folders of installed versions."""
        return self.data / "versions"


def load_trust(settings: AgentSettings) -> Trust:
    """Return what the settings say of upgrades. Raises SettingsError for a key that is none."""
    try:
        key = parse_public_key(settings.upgrade_key) if settings.upgrade_key else None
    except InvalidInput as error:
        raise SettingsError(f"agent.{error.message}") from None
    return Trust(public_key=key, allow_downgrade=settings.allow_downgrade)
