"""Settings that administrators change while the server runs: dry run, effect, restart, and the way back."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.conftest import Client
from tests.processes import Site, muster, wait_for

SETTINGS = "/console/v1/settings"
LOGS_DAYS = "retention.logs_days"


@pytest.fixture
def clean(admin: httpx.Client) -> Iterator[httpx.Client]:
    yield admin
    for key in (LOGS_DAYS, "log.level", "server.display_timezone"):
        admin.delete(f"{SETTINGS}/{key}")


def row(http: httpx.Client, key: str = LOGS_DAYS) -> dict[str, Any]:
    rows: list[dict[str, Any]] = http.get(SETTINGS).json()["settings"]
    return next(each for each in rows if each["key"] == key)


def put(http: httpx.Client, value: object, key: str = LOGS_DAYS, **params: Any) -> httpx.Response:
    return http.put(f"{SETTINGS}/{key}", json={"value": value}, params=params)


def test_a_setting_counts_at_once_and_can_be_undone(clean: httpx.Client) -> None:
    assert (row(clean)["value"], row(clean)["origin"], row(clean)["is_editable"]) == (14, "default", True)
    changed = put(clean, 7).json()
    assert (changed["before"], changed["after"]) == (14, 7)
    now = row(clean)
    assert (now["value"], now["origin"], now["given"], now["given_origin"]) == (7, "console", 14, "default")
    table = next(t for t in clean.get("/console/v1/storage").json()["tables"] if t["setting"] == LOGS_DAYS)
    assert table["days"] == 7
    undo = f"/v1/api/revisions/{changed['revision']}/restore"
    assert clean.post(undo, params={"to": "before"}).status_code == 200
    assert (row(clean)["value"], row(clean)["origin"]) == (14, "default")


def test_what_was_set_can_be_taken_back(clean: httpx.Client) -> None:
    put(clean, 7)
    answer = clean.delete(f"{SETTINGS}/{LOGS_DAYS}")
    assert (answer.status_code, answer.json()["after"]) == (200, 14)
    assert row(clean)["origin"] == "default"


def test_a_dry_run_changes_nothing(clean: httpx.Client) -> None:
    answer = put(clean, 3, dry_run="true").json()
    assert (answer["after"], answer["revision"]) == (3, None)
    assert answer["dropped"] == {"days": [], "rows": 0, "stored_bytes": 0}
    assert row(clean)["value"] == 14


def test_a_dry_run_says_what_goes_of_the_inventory(clean: httpx.Client) -> None:
    answer = put(clean, 1, "retention.inventory_days", dry_run="true").json()
    assert answer["dropped"] == {"days": [], "rows": 0, "stored_bytes": 0}


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        (LOGS_DAYS, 0, "from 1 to 36500"),
        (LOGS_DAYS, "x", "whole number"),
        (LOGS_DAYS, 1.5, "whole number"),
        (LOGS_DAYS, 10**9, "from 1 to 36500"),
        ("log.level", "loud", "one of"),
        ("server.display_timezone", "Mars/Olympus", "Mars/Olympus"),
    ],
)
def test_a_wrong_value_is_named(clean: httpx.Client, key: str, value: object, words: str) -> None:
    answer = put(clean, value, key)
    assert answer.status_code == 422
    assert key in answer.json()["message"]
    assert words in answer.json()["message"]


@pytest.mark.parametrize("key", ["auth.open", "server.port", "relational.dsn", "no.such"])
def test_what_could_lock_out_or_open_is_not_changed_here(clean: httpx.Client, key: str) -> None:
    assert put(clean, "x", key).status_code == 404
    assert clean.delete(f"{SETTINGS}/{key}").status_code == 404


def test_only_administrators_undo_a_setting(clean: httpx.Client, client: Client) -> None:
    revision = put(clean, 9).json()["revision"]
    answer = client("write:fleet").post(f"/v1/api/revisions/{revision}/restore", params={"to": "before"})
    assert answer.status_code == 403
    assert row(clean)["value"] == 9


def test_a_change_of_a_setting_is_in_the_audit_log(clean: httpx.Client) -> None:
    put(clean, 11)

    asked = {"application_name": "muster", "event_kind": "SettingsChanged"}

    def told() -> bool:
        return f"set {LOGS_DAYS} to 11" in clean.get("/api/event", params=asked).text

    wait_for("the audit event", told)


def test_a_setting_outlives_a_restart_and_a_file_stands_below_it(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o700)
    (tmp_path / "data" / "muster.toml").write_text("[retention]\nlogs_days = 20\n")
    with Site(tmp_path) as site:
        site.start()
        admin = httpx.Client(
            base_url=site.url, headers={"Authorization": f"Bearer {site.token('admin')}"}, trust_env=False
        )
        assert row(admin)["value"] == 20
        put(admin, 5)
        assert site.server is not None
        site.server.stop()
        site.start()
        now = row(admin)
        assert (now["value"], now["origin"], now["given"]) == (5, "console", 20)
        assert now["given_origin"].startswith("file ")
        (tmp_path / "data" / "muster.toml").write_text("[retention]\nlogs_days = 30\nreports_days = 3\n")
        assert admin.post("/reload").is_success
        assert row(admin)["value"] == 5
        assert row(admin, "retention.reports_days")["value"] == 3
        assert admin.delete(f"{SETTINGS}/{LOGS_DAYS}").json()["after"] == 30
        assert row(admin)["value"] == 30
        admin.close()


def test_the_log_level_follows(clean: httpx.Client) -> None:
    assert put(clean, "error", "log.level").status_code == 200
    assert row(clean, "log.level")["value"] == "error"


def test_the_command_line_names_the_console(clean: httpx.Client, site: Site) -> None:
    put(clean, 6)
    shown = json.loads(muster("config", "show", "--json", "--data", str(site.data)).stdout)
    assert shown[LOGS_DAYS] == {"value": 6, "origin": "console"}
    assert shown["retention.samples_days"] == {"value": 30, "origin": "default"}
