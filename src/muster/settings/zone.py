"""The time zone in which people read hours and days."""

import datetime
import zoneinfo
from functools import lru_cache

from muster.errors import SettingsError


@lru_cache(64)
def load_zone(name: str) -> datetime.tzinfo:
    """Return a time zone by its IANA name. Raises SettingsError."""
    if name == "UTC":
        return datetime.UTC
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise SettingsError(
            f"server.display_timezone: {name!r:.60} is no time zone of this machine, such as Europe/Berlin"
        ) from None
