"""`muster agent` as a process: one clear line for what cannot work, and a clean end."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from muster.agent.identity import open_data_directory
from muster.cli.agent import command
from muster.cli.enrolment_token import token_reader
from muster.errors import MusterError

AGENT = [sys.executable, "-m", "muster", "agent", "--server", "http://127.0.0.1:9", "--interval", "1"]


def start(data: Path, *more: str, environ: dict[str, str] | None = None) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*AGENT, "--data", str(data), *more],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **(environ or {})},
    )


def wait_until_it_collects(process: subprocess.Popen[str]) -> None:
    assert process.stderr is not None
    for line in process.stderr:
        if "collecting every" in line:
            return
    raise AssertionError("the agent ended before it collected")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    with start(tmp_path / "data") as process:
        wait_until_it_collects(process)
        process.send_signal(number)
        _, errors = process.communicate(timeout=10)
    assert process.returncode == 0
    assert "Traceback" not in errors


def test_a_supervised_one_ends_with_its_supervisor(tmp_path: Path) -> None:
    with start(tmp_path / "data", "--supervised") as process:
        wait_until_it_collects(process)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(timeout=10) == 0


def test_dies_where_the_crash_point_says(tmp_path: Path) -> None:
    point = {"MUSTER_CRASH_AT": "agent.spool.after_commit"}
    with start(tmp_path / "data", environ=point) as process:
        assert process.wait(timeout=20) == -signal.SIGKILL


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--server", "ftp://x"], "expected http://HOST:PORT"),
        (["--server", "https://x", "--ca-file", "/absent"], "ca_file /absent"),
        (["--interval", "0"], "interval"),
        (["--watch-port", "70000"], "70000"),
    ],
)
def test_what_cannot_work_is_one_line_and_exit_code_2(
    tmp_path: Path, arguments: list[str], message: str
) -> None:
    with start(tmp_path / "data", *arguments) as process:
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 2
    assert message in errors
    assert len(errors.splitlines()) == 1


def test_a_locked_data_directory_is_one_line(tmp_path: Path) -> None:
    with open_data_directory(tmp_path / "data"), start(tmp_path / "data") as process:
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 2
    assert "in use by another process" in errors
    assert len(errors.splitlines()) == 1


def test_the_token_file_may_come_later(tmp_path: Path) -> None:
    path = tmp_path / "token"
    read = token_reader(str(path), None)
    assert read() is None
    path.write_text("\n")
    assert read() is None
    path.write_text("secret\n")
    assert read() == "secret"
    assert token_reader("", "from the environment")() == "from the environment"


def test_a_missing_token_is_said_again_every_ten_minutes(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    times_s = iter((0.0, 20.0, 599.0, 600.0, 601.0))
    read = token_reader(str(tmp_path / "token"), None, lambda: next(times_s))
    assert [read() for _ in range(5)] == [None] * 5
    assert len(caplog.messages) == 2
    assert str(tmp_path / "token") in caplog.messages[0]
    assert "muster token create --scope agent" in caplog.messages[0]


def install(tmp_path: Path, *options: str, server: str = "http://s:8080") -> Result:
    unit = tmp_path / "muster-agent.service"
    return CliRunner().invoke(command, ["install", "--server", server, "--unit-path", str(unit), *options])


@pytest.fixture
def installed_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/usr/bin/python3")


@pytest.mark.usefixtures("installed_for_all")
def test_install_writes_the_unit_and_says_what_to_run(tmp_path: Path) -> None:
    unit = tmp_path / "muster-agent.service"
    (tmp_path / "token").write_text("secret\n")
    options = ["--token-file", str(tmp_path / "token"), "--interval", "5", "--watch-port", "22"]
    result = install(tmp_path, *options)
    assert result.exit_code == 0
    assert result.stdout == "systemctl daemon-reload\nsystemctl enable --now muster-agent\n"
    assert "Wrote" in result.stderr
    assert "ExecStart=/usr/bin/python3 -m muster agent" in unit.read_text()
    assert "--interval 5 --watch-port 22" in unit.read_text()
    assert "secret" not in unit.read_text()
    assert stat.S_IMODE(unit.stat().st_mode) & 0o022 == 0
    assert "is unchanged" in install(tmp_path, *options).stderr


@pytest.mark.usefixtures("installed_for_all")
def test_install_without_a_token_says_how_to_give_one(tmp_path: Path) -> None:
    result = install(tmp_path)
    assert result.exit_code == 0
    assert "muster token create --scope agent" in result.stderr


@pytest.mark.usefixtures("installed_for_all")
@pytest.mark.parametrize(
    ("server", "options", "message"),
    [
        ("s:8080", [], "expected http://HOST:PORT"),
        ("http://s", ["--token-file", "/absent/token"], "/absent/token"),
        ("http://s", ["--token-file", "/dev/null"], "/dev/null is empty"),
        ("https://s", ["--ca-file", "/absent/ca"], "ca_file /absent/ca"),
        ("http://s", ["--interval", "0"], "agent.interval_s"),
        ("http://s", ["--watch-port", "70000"], "70000"),
    ],
)
def test_install_refuses_what_the_agent_would(
    tmp_path: Path, server: str, options: list[str], message: str
) -> None:
    result = install(tmp_path, *options, server=server)
    assert isinstance(result.exception, MusterError)
    assert message in result.exception.message
    assert list(tmp_path.iterdir()) == []
