from pathlib import Path

import msgspec
import pytest

from muster.settings import (
    KEYS,
    RELOADABLE,
    LogSettings,
    RelationalSettings,
    RetentionSettings,
    ServerSettings,
    SettingChange,
    Settings,
    diff_settings,
    mask_secrets,
    shown_value,
)


def test_equal_settings_have_no_changes() -> None:
    diff = diff_settings(Settings(), Settings())
    assert diff.changes == ()
    assert diff.effective == Settings()


def test_what_can_change_while_running_is_applied_and_the_rest_waits() -> None:
    old = Settings()
    new = Settings(
        data=Path("other"),
        server=ServerSettings(port=9, allowed_hosts=("a",)),
        retention=RetentionSettings(reports_days=1),
        log=LogSettings(level="debug", format="json"),
    )
    diff = diff_settings(old, new)
    assert diff.applied == (
        SettingChange("server.allowed_hosts", (), ("a",), True),
        SettingChange("retention.reports_days", 30, 1, True),
        SettingChange("log.level", "info", "debug", True),
    )
    assert diff.needs_restart == (
        SettingChange("data", "muster-data", "other", False),
        SettingChange("server.port", 8080, 9, False),
        SettingChange("log.format", "auto", "json", False),
    )
    assert set(diff.changes) == {*diff.applied, *diff.needs_restart}
    assert diff.effective == Settings(
        server=ServerSettings(allowed_hosts=("a",)),
        retention=RetentionSettings(reports_days=1),
        log=LogSettings(level="debug"),
    )


def test_a_change_shows_no_password_and_is_json() -> None:
    new = Settings(relational=RelationalSettings(dsn="postgresql://u:hunter2@h/db"))
    diff = diff_settings(Settings(), new)
    assert b"hunter2" not in msgspec.json.encode(diff.changes)
    assert diff.changes == (SettingChange("relational.dsn", "", "postgresql://u:***@h/db", False),)


def test_every_reloadable_name_exists() -> None:
    assert {name.partition(".")[0] for name in KEYS} | set(KEYS) >= RELOADABLE


@pytest.mark.parametrize(
    ("dsn", "masked"),
    [
        ("", ""),
        ("postgresql://h/db", "postgresql://h/db"),
        ("postgresql://u@h/db", "postgresql://u@h/db"),
        ("postgresql://u:p@h/db", "postgresql://u:***@h/db"),
        ("postgresql://u:p@w/x@h/db", "postgresql://u:***@h/db"),
        ("postgresql://h/db?user=u&password=p&x=1", "postgresql://h/db?user=u&password=***&x=1"),
        ("clickhouse://default:@h", "clickhouse://default:***@h"),
        ("host=h password=p dbname=d", "host=h password=*** dbname=d"),
    ],
)
def test_passwords_in_a_dsn_are_masked(dsn: str, masked: str) -> None:
    assert mask_secrets(dsn) == masked
    assert shown_value("telemetry.dsn", dsn) == masked
