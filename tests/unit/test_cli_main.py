import importlib.util
import subprocess
import sys

import click
import pytest

from muster import __version__
from muster.cli import main
from muster.errors import EnvironmentFault, InvalidInput, NotFound, SettingsError


@pytest.fixture
def raising(monkeypatch: pytest.MonkeyPatch):
    """Make `muster config` raise something."""

    def use(error: BaseException) -> None:
        @click.command("config")
        def command() -> None:
            raise error

        monkeypatch.setattr(main, "_imported", lambda entry: command)

    return use


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (SettingsError("server.port: no"), 2, "muster: server.port: no\n"),
        (EnvironmentFault("disk\n  full"), 2, "muster: disk full\n"),
        (SettingsError("a: no", "b: no"), 2, "muster: a: no\nmuster: b: no\n"),
        (InvalidInput("not a number", field="--n"), 2, "muster: --n: not a number\n"),
        (NotFound("no such thing"), 1, "muster: no such thing\n"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_an_error_is_a_line_and_an_exit_code(raising, capsys, error, code: int, line: str) -> None:
    raising(error)
    assert main.run(["config"]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.lstrip("\n") == line


def test_a_bug_is_not_hidden(raising) -> None:
    raising(ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        main.run(["config"])


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_names_every_command(capsys, option: str) -> None:
    assert main.run([option]) == 0
    out = capsys.readouterr().out
    for entry in main.COMMANDS:
        assert f"  {entry.name} " in out
        assert entry.help in out


@pytest.mark.parametrize("entry", main.COMMANDS, ids=lambda entry: entry.name)
def test_every_command_is_there_and_has_help(capsys, entry: main.Entry) -> None:
    assert importlib.util.find_spec(entry.module) is not None
    for option in ("-h", "--help"):
        assert main.run([entry.name, option]) == 0
    assert f"Usage: muster {entry.name}" in capsys.readouterr().out


def test_the_version(capsys) -> None:
    assert main.run(["--version"]) == 0
    assert capsys.readouterr().out == f"muster {__version__}\n"


def test_a_mistyped_command_gets_the_nearest(capsys) -> None:
    assert main.run(["sever"]) == 2
    assert "no command 'sever'; did you mean server?" in capsys.readouterr().err


def test_a_missing_library_says_what_to_install(monkeypatch, capsys) -> None:
    monkeypatch.setattr(main, "COMMANDS", (main.Entry("server", "muster_test_absent", ""),))
    assert main.run(["server"]) == 2
    assert "install 'muster[server]'" in capsys.readouterr().err


def test_an_agent_imports_nothing_of_the_server() -> None:
    code = (
        "import sys; from muster.cli.main import run; run(['agent', '-h']);"
        "print(sorted({m.partition('.')[0] for m in sys.modules}"
        " & {'rich', 'litestar', 'sqlalchemy', 'pyarrow', 'chdb', 'uvicorn', 'numpy', 'pandas'}))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "[]"
