import json
import re
from pathlib import Path

import pytest

from muster.cli import server
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
    assert rows["server.port"] == ["flag", "9"]
    assert rows["server.host"] == ["flag", '"0.0.0.0"']
    assert rows["relational.dsn"] == ["MUSTER_RELATIONAL_DSN", '"postgresql://u:***@h/db"']
    assert rows["log.level"] == ["default", '"info"']
    assert len({re.match(r"\S+ +\S+ +", line).end() for line in lines}) == 1


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


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[relational]\ndsn = 'mysql://u:hunter2@h/d'", "relational.dsn: expected postgresql://"),
        ("[relational]\ndsn = 'h:5432'", "relational.dsn: expected postgresql://"),
        ("[telemetry]\ndsn = 'http://h:8123/d'", "telemetry.dsn: expected clickhouse://"),
        ("[telemetry]\ndsn = 'clickhouse:///d'", "telemetry.dsn: expected clickhouse://"),
        ("[telemetry]\ndsn = 'clickhouse://h:port/d'", "telemetry.dsn: expected clickhouse://"),
        (
            "[server]\ntls_certificate = '/absent/c'\ntls_key = '/dev/null'",
            "server.tls_certificate: /absent/c: No such file or directory",
        ),
        (
            "[server]\ntls_certificate = '/dev/null'\ntls_key = '/dev/null'",
            "server.tls_certificate, server.tls_key: ",
        ),
        ("[agent]\nports = [70000]", "agent.ports[0]: expected a port"),
    ],
)
def test_check_refuses_what_a_start_would(capsys, monkeypatch, tmp_path: Path, text: str, line: str) -> None:
    monkeypatch.setattr(server, "start_logging", lambda settings: None)
    file = tmp_path / "f.toml"
    file.write_text(text)
    for command in (["config", "check"], ["server"]):
        assert run([*command, "--config", str(file), "--data", str(tmp_path / "data")]) == 2
        (told,) = capsys.readouterr().err.splitlines()
        assert told.startswith(f"muster: {line}")
        assert "hunter2" not in told
    assert not (tmp_path / "data").exists()


def test_check_names_every_mistake(capsys, tmp_path: Path) -> None:
    file = tmp_path / "f.toml"
    file.write_text("[server]\nprot = 8\nport = 0\n[agent]\nports = ['x']\n[telemetry]\ndsn = 'x'\n")
    assert run(["config", "check", "--config", str(file)]) == 2
    told = [line.split()[1] for line in capsys.readouterr().err.splitlines()]
    assert told == ["server.prot:", "server.port:", "telemetry.dsn:", "agent.ports[0]:"]
