"""The settings of a running server: read at each request, replaced whole by a reload."""

from collections.abc import Mapping

from muster.settings import LimitSettings, Settings


class Live:
    """Holds the settings in force, and those `given` by defaults, file, environment and flags.

    `origins` says where each setting in force comes from, `given_origins` where each given one does.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.given = settings
        self.origins: Mapping[str, str] = {}
        self.given_origins: Mapping[str, str] = {}

    @property
    def limits(self) -> LimitSettings:
        """Bounds of one request."""
        return self.settings.limits
