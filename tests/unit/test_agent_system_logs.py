"""What an agent collects out of the box, and that it gives way to what the server wants."""

import asyncio
import json
from pathlib import Path

import pytest

from muster.agent.clock import system_clock
from muster.agent.desired_file import DesiredFile
from muster.agent.runners.kinds import Kinds
from muster.agent.runners.logs import LogKind
from muster.agent.runners.runners import Runners
from muster.agent.spool import Spool
from muster.agent.system_logs import NAME, system_logs
from muster.failpoints import ignore
from muster.model.desired import ConfigName, DesiredRunner, DesiredState, DesiredVersion
from muster.model.ids import Epoch
from muster.model.runner_kinds import ALLOWED_BY_DEFAULT


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the only directory in which programs are found."""
    directory = tmp_path / "programs"
    directory.mkdir()
    monkeypatch.setenv("PATH", str(directory))
    return directory


def journalctl(programs: Path, script: str) -> None:
    (programs / "journalctl").write_text(f"#!/bin/sh\n{script}\n")
    (programs / "journalctl").chmod(0o755)


def test_the_journal_comes_first(programs: Path, tmp_path: Path) -> None:
    journalctl(programs, 'echo "{}"')
    (runner,) = system_logs(tmp_path)
    assert runner.name == "system"
    assert json.loads(runner.config) == {"reader": {"mode": "journald"}, "parser": {"type": "json"}}
    assert LogKind(ignore).check(json.loads(runner.config)) == []


@pytest.mark.parametrize("script", ["exit 1", "echo No journal files were found.", ""])
def test_files_are_read_where_there_is_no_journal(programs: Path, tmp_path: Path, script: str) -> None:
    journalctl(programs, script)
    logs = tmp_path / "log"
    logs.mkdir()
    assert system_logs(logs) == []
    (logs / "syslog").write_text("x\n")
    (runner,) = system_logs(logs)
    config = json.loads(runner.config)
    assert (config["reader"]["mode"], config["reader"]["read_from"]) == ("tailx", "newest")
    assert LogKind(ignore).check(config) == []
    assert system_logs(tmp_path / "nowhere") == []


def test_the_servers_runner_of_that_name_wins_and_the_own_one_comes_back(tmp_path: Path) -> None:
    own = DesiredRunner(name=NAME, config='{"reader": {"mode": "snmp"}}', config_us=0)
    other = DesiredRunner(name=ConfigName("web"), config="{}", config_us=3)
    given = DesiredRunner(name=NAME, config="{}", config_us=5, is_running=False)

    async def run() -> None:
        clock = system_clock()
        spool = Spool(None, epoch=Epoch("e" * 32), max_bytes=2**20, now_us=clock.now_us, reach=ignore)
        runners = Runners(
            Kinds([LogKind(ignore)], ALLOWED_BY_DEFAULT),
            store=DesiredFile(tmp_path, ignore),
            spool=spool,
            clock=clock,
            spooled=lambda _: None,
            set_interval=lambda seconds: None,
            watch=lambda watch: None,
            built_in=[own],
        )

        def known() -> dict[str, int]:
            return {status.name: status.config_us for status in runners.statuses()}

        await runners.start()
        assert known() == {"system": 0}
        await runners.apply(DesiredState(version=DesiredVersion("1"), runners=[other]))
        assert known() == {"system": 0, "web": 3}
        await runners.apply(DesiredState(version=DesiredVersion("2"), runners=[given]))
        assert known()["system"] == 5
        await runners.apply(DesiredState(version=DesiredVersion("3")))
        assert known()["system"] == 0
        await runners.stop()
        spool.close()

    asyncio.run(run())
