import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from muster.agent import unit
from muster.agent.unit import unit_text, unreachable_part, write_unit
from muster.errors import SettingsError

DATA = Path("/var/lib/muster-agent")
PYTHON = Path("/opt/muster/bin/python")


def lines(**changes: object) -> list[str]:
    given = {"python": PYTHON, "server": "http://s:8080", "token_file": None, "data": DATA, **changes}
    return unit_text(**given).splitlines()  # type: ignore[arg-type]


def test_the_unit_runs_the_agent_with_its_own_interpreter_and_starts_it_again() -> None:
    written = lines(token_file=Path("/root/token"))
    assert (
        "ExecStart=/opt/muster/bin/python -m muster agent --server http://s:8080"
        " --data /var/lib/muster-agent --token-file %d/enrolment-token"
    ) in written
    assert "LoadCredential=enrolment-token:/root/token" in written
    assert {"Restart=always", "DynamicUser=yes", "StateDirectory=muster-agent"} <= set(written)


def test_more_options_and_authorities_reach_the_agent() -> None:
    written = lines(ca_file=Path("/root/ca.pem"), options=["--interval", "5", "--watch-port", "22"])
    assert (
        "ExecStart=/opt/muster/bin/python -m muster agent --server http://s:8080"
        " --data /var/lib/muster-agent --interval 5 --watch-port 22 --ca-file %d/authorities"
    ) in written
    assert "LoadCredential=authorities:/root/ca.pem" in written


def test_with_a_release_key_the_launcher_runs_the_agent() -> None:
    written = lines(upgrade_key="a2V5", options=["--interval", "5"], token_file=Path("/root/token"))
    assert (
        "ExecStart=/opt/muster/bin/python -m muster.launcher --data /var/lib/muster-agent --"
        " --server http://s:8080 --upgrade-key a2V5 --interval 5 --token-file %d/enrolment-token"
    ) in written


def test_without_a_token_file_there_is_no_credential() -> None:
    assert not [line for line in lines() if "token" in line]


def test_what_systemd_would_interpret_is_escaped() -> None:
    unit = lines(server="http://s/%2F$x", python=Path('/opt/my "muster"/python'))
    (start,) = [line for line in unit if line.startswith("ExecStart=")]
    assert start.startswith('ExecStart="/opt/my \\"muster\\"/python" -m muster')
    assert "http://s/%%2F$$x" in start
    with pytest.raises(SettingsError, match="line break"):
        lines(server="http://s\nExecStart=/bin/sh")


@pytest.mark.parametrize("data", ["/srv/agent", "/var/lib", "/var/lib/a/b", "relative"])
def test_the_data_directory_must_be_one_that_systemd_makes(data: str) -> None:
    with pytest.raises(SettingsError, match="--data"):
        lines(data=Path(data))


def test_a_different_unit_is_not_overwritten_unless_asked(tmp_path: Path) -> None:
    path = tmp_path / "muster-agent.service"
    assert write_unit(path, "one", force=False)
    assert not write_unit(path, "one", force=False)
    with pytest.raises(SettingsError, match="--force"):
        write_unit(path, "two", force=False)
    assert path.read_text() == "one"
    assert write_unit(path, "two", force=True)
    assert not write_unit(path, "two", force=True)
    assert path.read_text() == "two"
    with pytest.raises(SettingsError, match="No such file"):
        write_unit(tmp_path / "absent" / "x.service", "one", force=False)


@pytest.mark.parametrize("directory", ["/tmp", "/var/tmp"])
def test_an_interpreter_that_the_service_cannot_see_is_noticed(directory: str) -> None:
    assert unreachable_part(Path(directory, "muster", "bin", "python")) == Path(directory)


def test_an_interpreter_in_a_private_directory_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unit, "PRIVATE_TMP", frozenset())
    private = tmp_path / "home"
    (private / "venv").mkdir(parents=True)
    for directory in (tmp_path, *tmp_path.parents[:-1]):
        if directory.stat().st_mode & 0o001:
            continue
        assert unreachable_part(private / "venv" / "python") in (directory, *directory.parents)
        return
    private.chmod(0o700)
    assert unreachable_part(private / "venv" / "python") == private


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_accepts_the_unit(tmp_path: Path) -> None:
    path = tmp_path / "muster-agent.service"
    path.write_text(
        unit_text(
            python=Path(sys.executable), server="http://s:8080", token_file=tmp_path / "token", data=DATA
        )
    )
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", path], capture_output=True, text=True, check=False
    )
    assert str(path) not in done.stderr
    assert "muster-agent.service" not in done.stderr
