import json
from pathlib import Path

import pytest

from muster.cli.main import run
from muster.settings import KEYS


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for key in KEYS.values():
        monkeypatch.delenv(key.variable, raising=False)
    monkeypatch.chdir(tmp_path)


def shown(capsys, *args: str) -> dict[str, dict[str, object]]:
    assert run(["config", "show", "--json", *args]) == 0
    return json.loads(capsys.readouterr().out)


def test_show_prints_every_key_with_value_and_origin(capsys, monkeypatch) -> None:
    monkeypatch.setenv("MUSTER_RELATIONAL_DSN", "postgresql://u:hunter2@h/db")
    assert run(["config", "show", "-p", "9", "-a", "0.0.0.0"]) == 0
    lines = capsys.readouterr().out.splitlines()
    rows = {line.split()[0]: line.split()[1:] for line in lines[1:]}
    assert list(rows) == list(KEYS)
    assert rows["server.port"] == ["9", "flag"]
    assert rows["server.host"] == ['"0.0.0.0"', "flag"]
    assert rows["relational.dsn"] == ['"postgresql://u:***@h/db"', "MUSTER_RELATIONAL_DSN"]
    assert rows["log.level"] == ['"info"', "default"]
    assert len({line.rindex(line.split()[-1]) for line in lines}) == 1


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ((), []),
        (("--open",), ["reports", "inventory", "events", "audit", "fleet", "ops"]),
        (("--open", "--port", "1"), ["reports", "inventory", "events", "audit", "fleet", "ops"]),
        (("--open", "reports,ops"), ["reports", "ops"]),
        (("--open=reports",), ["reports"]),
    ],
)
def test_open_takes_surfaces_or_means_all(capsys, args: tuple[str, ...], expected: list[str]) -> None:
    assert shown(capsys, *args)["auth.open"]["value"] == expected


def test_options_reach_the_settings(capsys, tmp_path: Path) -> None:
    file = tmp_path / "f.toml"
    file.write_text("[limits]\nbody_bytes = 4096\n")
    values = shown(capsys, "--data", "d", "--config", str(file))
    assert values["data"] == {"value": "d", "origin": "flag"}
    assert values["limits.body_bytes"] == {"value": 4096, "origin": f"file {file}"}


def test_check_says_fine_or_what_is_wrong(capsys, tmp_path: Path) -> None:
    file = tmp_path / "f.toml"
    file.write_text("[server]\nport = 8\n")
    assert run(["config", "check", "--config", str(file)]) == 0
    assert capsys.readouterr().out == f"The settings are fine: 1 given, {len(KEYS) - 1} by default.\n"
    file.write_text("[server]\nprot = 8\n")
    assert run(["config", "check", "--config", str(file)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err == f"muster: server.prot: unknown key; did you mean server.port? (file {file})\n"
