"""Commands beside a server: they use what is there, and neither make nor migrate it."""

from pathlib import Path

import pytest
from sqlalchemy import text

from muster.cli.main import run
from muster.settings import KEYS
from muster.store.relational.database import open_relational
from muster.store.relational.migrate import migrate

CREATE = ("token", "create", "--scope", "read", "--name", "x")
COMMANDS = [
    CREATE,
    ("token", "list"),
    ("token", "revoke", "0" * 12),
    ("user", "create", "ada", "--password", "a long one"),
    ("user", "link"),
    ("migrate", "--dry-run"),
]


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for key in KEYS.values():
        monkeypatch.delenv(key.variable, raising=False)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data directory as a server leaves it."""
    relational = open_relational("", tmp_path / "data")
    migrate(relational)
    relational.close()
    return tmp_path / "data"


def set_revision(data: Path, revision: str) -> None:
    relational = open_relational("", data)
    relational.write_now(
        lambda c: c.execute(text("UPDATE alembic_version SET version_num = :to"), {"to": revision}) and None
    )
    relational.close()


def refusal(capsys: pytest.CaptureFixture[str], *command: str) -> str:
    assert run(command) == 2
    out, err = capsys.readouterr()
    assert out == ""
    (line,) = err.splitlines()
    return line


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_mistyped_directory_is_refused_and_not_made(
    capsys, tmp_path: Path, command: tuple[str, ...]
) -> None:
    line = refusal(capsys, *command, "--data", str(tmp_path / "dta"))
    assert line.startswith(f"muster: no Muster data in {tmp_path / 'dta'}")
    assert list(tmp_path.iterdir()) == []


def test_an_empty_directory_stays_empty(capsys, tmp_path: Path) -> None:
    assert "no Muster data" in refusal(capsys, *CREATE, "--data", str(tmp_path))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", [("audit", "key"), ("audit", "fsck")], ids=" ".join)
def test_the_directory_of_the_audit_log_is_asked_for(
    capsys, tmp_path: Path, command: tuple[str, ...]
) -> None:
    line = refusal(capsys, *command, "--data", str(tmp_path))
    assert line == (
        f"muster: no audit key at {tmp_path / 'audit.key'}; "
        "name the --data or --config that the server was started with"
    )
    assert list(tmp_path.iterdir()) == []


def test_migrate_makes_what_the_others_need(capsys, tmp_path: Path) -> None:
    assert run(["migrate", "--data", str(tmp_path)]) == 0
    assert run([*CREATE, "--data", str(tmp_path)]) == 0
    assert capsys.readouterr().out.startswith("muster_")


def test_an_older_schema_is_named_and_left(capsys, data: Path) -> None:
    set_revision(data, "0001")
    for command in (CREATE, ("token", "list")):
        line = refusal(capsys, *command, "--data", str(data))
        assert "has schema 0001, older than" in line
        assert "muster migrate" in line


def test_a_newer_schema_is_named(capsys, data: Path) -> None:
    set_revision(data, "9999")
    assert "newer than this version" in refusal(capsys, *CREATE, "--data", str(data))


@pytest.mark.parametrize("keeps_header", [False, True])
def test_a_damaged_database_is_one_line(capsys, data: Path, keeps_header: bool) -> None:
    file = data / "relational.db"
    for beside in data.glob("relational.db-*"):
        beside.unlink()
    size = file.stat().st_size
    file.write_bytes((file.read_bytes()[:100] if keeps_header else b"").ljust(size, b"\xff"))
    assert f"{file} is damaged" in refusal(capsys, *CREATE, "--data", str(data))
    assert f"{file} is damaged" in refusal(capsys, "migrate", "--data", str(data))
