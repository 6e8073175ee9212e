"""Settings: built once, passed down, never a global.

Origins, the later one wins: default, TOML file, environment (`MUSTER_SECTION_KEY`), flag, and for the keys
of `EDITABLE` what was set in the console.
"""

from muster.settings.change import SettingChange, SettingsDiff, diff_settings
from muster.settings.keys import KEYS, value_of
from muster.settings.load import (
    LoadedSettings,
    load_settings,
    overlay,
    parse_edit,
    read_settings,
    reload_settings,
)
from muster.settings.mask import mask_secrets, shown_value
from muster.settings.values import (
    EDITABLE,
    MIB,
    RELOADABLE,
    SECRET,
    AgentSettings,
    AuthSettings,
    CommitSettings,
    LimitSettings,
    LogSettings,
    RelationalSettings,
    RetentionSettings,
    ServerSettings,
    Settings,
    TelemetrySettings,
)

__all__ = [
    "EDITABLE",
    "KEYS",
    "MIB",
    "RELOADABLE",
    "SECRET",
    "AgentSettings",
    "AuthSettings",
    "CommitSettings",
    "LimitSettings",
    "LoadedSettings",
    "LogSettings",
    "RelationalSettings",
    "RetentionSettings",
    "ServerSettings",
    "SettingChange",
    "Settings",
    "SettingsDiff",
    "TelemetrySettings",
    "diff_settings",
    "load_settings",
    "mask_secrets",
    "overlay",
    "parse_edit",
    "read_settings",
    "reload_settings",
    "shown_value",
    "value_of",
]
