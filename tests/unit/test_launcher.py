"""The launcher with versions that are small scripts: what runs after what, and what it leaves behind."""

import json
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from muster.launcher.child import Child
from muster.launcher.run import SWITCH, USAGE, Launcher
from muster.launcher.state import BASE, Files, State, parse_order
from muster.launcher.trial import Trial
from tests.processes import wait_for

COMMON = """
import json, os, pathlib, sys
data = pathlib.Path(sys.argv[sys.argv.index("--data") + 1])
name = sys.argv[sys.argv.index("--launched") + 1]
started = data / "started"
with started.open("a") as file:
    file.write(name + "\\n")
count = started.read_text().split().count(name)
def ask(name, **more):
    (data / "launcher/pending.json").write_text(json.dumps({"name": name, "command_id": "c1", **more}))
    sys.exit(75)
def prove():
    (data / "launcher/healthy").write_text(name)
"""


class House:
    """A data directory with versions, and a launcher for them."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.base = data / "base.py"
        self.files = Files(data)

    def write_base(self, code: str) -> None:
        self.base.write_text(COMMON + code)

    def add(self, name: str, code: str) -> None:
        folder = self.data / "versions" / name
        folder.mkdir(parents=True)
        (folder / "__main__.py").write_text(COMMON + code)

    def run(self, *, base_version: str = "1.0.0", window_s: float = 30.0) -> int:
        return Launcher(
            self.data,
            [],
            base_version=base_version,
            window_s=window_s,
            base=[str(self.base)],
            first_pause_s=0.01,
            probe=lambda server, ca_file: True,
        ).run()

    @property
    def started(self) -> list[str]:
        return (self.data / "started").read_text().split()

    @property
    def outcome(self) -> dict[str, Any]:
        return dict(json.loads((self.data / "launcher/outcome.json").read_bytes()))


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


ASK_ONCE = "if count == 1: ask('2.0.0-aa')\n"


def test_a_version_that_checks_in_is_kept_over_starts(house: House) -> None:
    house.write_base(ASK_ONCE)
    house.add("2.0.0-aa", "prove()\n")
    assert house.run() == 0
    assert house.started == [BASE, "2.0.0-aa"]
    assert house.outcome == {
        "order": {"name": "2.0.0-aa", "command_id": "c1"},
        "ok": True,
        "reason": "",
        "is_fault": False,
    }
    assert house.run() == 0
    assert house.started == [BASE, "2.0.0-aa", "2.0.0-aa"]


def test_a_version_that_dies_is_not_used_and_its_last_words_are_told(house: House) -> None:
    house.write_base(ASK_ONCE)
    house.add("2.0.0-aa", "import nothing_of_this_name\n")
    assert house.run() == 0
    assert house.started == [BASE, "2.0.0-aa", BASE]
    assert house.outcome["is_fault"]
    assert house.outcome["reason"] == (
        "it ended with exit code 1 before it checked in: "
        "ModuleNotFoundError: No module named 'nothing_of_this_name'"
    )


def test_a_version_that_never_checks_in_is_ended_when_the_window_is_over(house: House) -> None:
    house.write_base(ASK_ONCE)
    house.add("2.0.0-aa", "import signal\nwhile True: signal.pause()\n")
    assert house.run(window_s=0.2) == 0
    assert [name for name in house.started if name == BASE] == [BASE, BASE], "it may end before it says so"
    assert "within 0.2 s" in house.outcome["reason"]


def test_from_a_tried_version_the_next_one_can_be_tried(house: House) -> None:
    house.write_base(ASK_ONCE)
    house.add("2.0.0-aa", "prove()\nask('3.0.0-bb')\n")
    house.add("3.0.0-bb", "sys.exit(9)\n")
    (house.data / "versions/2.0.0-aa/__main__.py").write_text(
        COMMON + "prove()\nif count == 1: ask('3.0.0-bb')\n"
    )
    assert house.run() == 0
    assert house.started == [BASE, "2.0.0-aa", "3.0.0-bb", "2.0.0-aa"]


def test_a_version_without_a_folder_is_not_its_fault(house: House) -> None:
    house.write_base(ASK_ONCE)
    assert house.run() == 0
    assert house.started == [BASE, BASE]
    assert (house.outcome["reason"], house.outcome["is_fault"]) == ("its folder is not there", False)


def test_a_new_installation_goes_before_what_was_installed_beside_the_old_one(house: House) -> None:
    house.write_base(ASK_ONCE)
    house.add("2.0.0-aa", "prove()\n")
    house.run()
    assert house.run(base_version="2.5.0") == 0
    assert house.started == [BASE, "2.0.0-aa", BASE]


def test_a_trial_that_was_cut_short_goes_on_at_most_three_times(house: House) -> None:
    house.write_base("")
    house.add("2.0.0-aa", "")
    house.files.directory.mkdir()
    order = parse_order({"name": "2.0.0-aa"})
    house.files.save(State(trial=order, starts=2))
    assert house.run() == 0
    assert house.started == ["2.0.0-aa", BASE]
    house.files.save(State(trial=order, starts=3))
    assert house.run() == 0
    assert house.started == ["2.0.0-aa", BASE, BASE]
    assert house.outcome["reason"] == "it did not check in at 3 starts"


def test_wrong_settings_end_the_launcher_too(house: House) -> None:
    house.write_base(f"sys.exit({USAGE})\n")
    assert house.run() == USAGE
    assert house.started == [BASE]


def test_an_agent_that_is_killed_is_started_again(house: House) -> None:
    house.write_base("import os\nif count == 1: os.kill(os.getpid(), 9)\n")
    assert house.run() == 0
    assert house.started == [BASE, BASE]


def test_a_version_that_dies_again_and_again_later_is_left_for_the_installed_one(house: House) -> None:
    house.write_base(ASK_ONCE)
    house.add("2.0.0-aa", "prove()\nsys.exit(9)\n")
    assert house.run() == 0
    assert house.started == [BASE, *["2.0.0-aa"] * 5, BASE]
    assert (house.outcome["ok"], house.outcome["is_fault"]) == (False, True)
    assert house.outcome["reason"] == "it was accepted, but ended with exit code 9 5 times in a row"
    assert house.run() == 0
    assert house.started[-1] == BASE


DIES_AT = """
import os, pathlib, signal, sys
from muster.launcher.run import Launcher
left = int(sys.argv[2])
def counted(call):
    def wrapper(*arguments, **options):
        global left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return call(*arguments, **options)
    return wrapper
os.fsync = counted(os.fsync)
pathlib.Path.replace = counted(pathlib.Path.replace)
pathlib.Path.unlink = counted(pathlib.Path.unlink)
data = pathlib.Path(sys.argv[1])
base = [str(data / "base.py")]
probe = lambda server, ca_file: True
Launcher(data, [], base_version="1.0.0", window_s=30, base=base, first_pause_s=0.01, probe=probe).run()
sys.stderr.write(f"left {left}")
"""


@pytest.mark.parametrize("code", ["prove()\n", "sys.exit(9)\n"])
def test_killed_at_any_write_the_launcher_ends_where_it_would_have(house: House, code: str) -> None:
    for point in range(1, 40):
        shutil.rmtree(house.data)
        house.data.mkdir()
        house.write_base(ASK_ONCE)
        house.add("2.0.0-aa", code)
        words = [sys.executable, "-c", DIES_AT, str(house.data), str(point)]
        first = subprocess.run(words, capture_output=True, text=True, check=False)
        assert house.run() == 0
        is_good = code.startswith("prove")
        assert house.files.load().current == ("2.0.0-aa" if is_good else BASE)
        assert house.files.load().trial is None
        assert house.outcome["ok"] is is_good
        if first.returncode == 0:
            assert point > 8
            return
        assert first.returncode == -signal.SIGKILL, first.stderr
    raise AssertionError("it was killed each time")


def test_a_damaged_state_means_the_installed_version(house: House) -> None:
    house.write_base("")
    house.files.directory.mkdir()
    for damage in (b"", b"{", b"[]", b'{"current": 7, "trial": 3, "starts": "x"}', b'{"current": "../x"}'):
        (house.files.directory / "state.json").write_bytes(damage)
        (house.files.directory / "pending.json").write_bytes(damage)
        assert house.run() == 0
    assert set(house.started) == {BASE}


@pytest.mark.parametrize("name", [BASE, "", ".new-1", "../../etc", "a/b", "x" * 65, 7, None])
def test_only_names_of_folders_are_orders(name: object) -> None:
    assert parse_order({"name": name}) is None


def test_time_without_a_server_does_not_count(tmp_path: Path) -> None:
    child = Child([sys.executable, "-c", "import signal; signal.pause()"])
    asked = 0

    def is_reachable() -> bool:
        nonlocal asked
        asked += 1
        return asked > 60

    trial = Trial(
        child,
        is_healthy=lambda: False,
        is_reachable=is_reachable,
        window_s=0.2,
        stopping=threading.Event(),
    )
    assert "did not check in" in trial.watch()
    assert asked > 60
    child.stop()


def test_the_agent_does_not_outlive_its_launcher(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    agent = f"import os, pathlib, signal; pathlib.Path({str(pid_file)!r}).write_text(str(os.getpid()));"
    launcher = Child(
        [
            sys.executable,
            "-c",
            "import sys, signal; from muster.launcher.child import Child;"
            f"Child([sys.executable, '-c', {agent + 'signal.pause()'!r}]); signal.pause()",
        ]
    )
    pid = int(wait_for("the agent runs", lambda: pid_file.exists() and pid_file.read_text()))
    launcher.signal(9)
    launcher.wait()

    def is_gone() -> bool:
        try:
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
        except OSError:
            return True

    wait_for("the agent is gone", is_gone)


def test_the_exit_code_is_the_one_that_agents_use() -> None:
    from muster.agent.upgrade import upgrader

    assert upgrader.SWITCH == SWITCH
