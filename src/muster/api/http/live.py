"""The settings of a running server: read at each request, replaced whole by a reload."""

from muster.settings import LimitSettings, Settings


class Live:
    """Holds the settings in force."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @property
    def limits(self) -> LimitSettings:
        """Bounds of one request."""
        return self.settings.limits
