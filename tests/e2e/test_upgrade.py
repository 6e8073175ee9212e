"""Upgrades of a real agent under a real launcher, from a real server: to good packages and bad ones."""

import contextlib
import io
import itertools
import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from muster import __version__
from muster.cli.main import run
from tests.e2e.releases import copy_libraries, make_package
from tests.processes import Program, Site, wait_for

DIES = {"muster/agent/runtime.py": "raise RuntimeError('broken on purpose')\n"}
SILENT = {"__main__.py": "import signal\nwhile True:\n    signal.pause()\n"}
PATIENT_S, IMPATIENT_S = 60.0, 1.0
"""How long a version has for its check-in: enough for good ones, little for those that never do it."""

LOOK_S = 0.1
"""A look asks the server, which works for the upgrade on the same machine."""

DISK_BYTES = 3_000_000
"""More than the agent's own files have, less than a package."""


def damage(file: Path) -> None:
    """Change one bit in the middle of a file."""
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


class Packages:
    """Builds, signs and adds packages, each of a newer version than the last one."""

    def __init__(self, site: Site, directory: Path) -> None:
        self.site = site
        self.directory = directory
        self.libraries = copy_libraries(directory / "libraries")
        self.key = directory / "release.key"
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            assert run(["release", "keygen", str(self.key)]) == 0
        self.public_key = printed.getvalue().strip()
        self._numbers = itertools.count(2)

    def offer(
        self, *, replaced: dict[str, str] | None = None, key: Path | None = None, is_damaged: bool = False
    ) -> tuple[str, Path]:
        """Offer a package, damaged before it is signed or whole; return its version and the server's copy."""
        version = f"0.{next(self._numbers)}.0"
        package = make_package(self.libraries, self.directory / f"agent-{version}.zip", version, replaced)
        if is_damaged:
            damage(package)
        assert run(["release", "sign", "--key", str(key or self.key), str(package)]) == 0
        signed = json.loads(package.with_name(f"{package.name}.sig").read_bytes())
        assert run(["release", "add", "--data", str(self.site.data), str(package), "--message", "new"]) == 0
        package.unlink()
        return version, self.site.data / "releases" / signed["manifest"]["sha256"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with Site(tmp_path_factory.mktemp("upgrade")) as site:
        site.start()
        site.token_file("agent")
        yield site


@pytest.fixture(scope="module")
def packages(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Packages:
    return Packages(site, tmp_path_factory.mktemp("packages"))


@pytest.fixture(scope="module")
def admin(site: Site) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {site.token('admin')}"}
    with httpx.Client(base_url=site.url, headers=headers, timeout=20, trust_env=False) as client:
        yield client


class Machine:
    """One agent under its launcher. `version` is what it should run."""

    def __init__(self, site: Site, packages: Packages, admin: httpx.Client, directory: Path) -> None:
        self.site = site
        self.packages = packages
        self.admin = admin
        self.log = directory / "launcher.log"
        self.data = directory / "agent"
        self.version = __version__
        self.window_s = PATIENT_S
        self.is_special = False
        self.launcher: Program

    def start(self, *, window_s: float = PATIENT_S, crash_at: str = "") -> None:
        self.is_special = bool(crash_at)
        self.window_s = window_s
        argv = [
            sys.executable,
            "-m",
            "muster.launcher",
            "--data",
            str(self.data),
            "--window-s",
            str(window_s),
        ]
        token = str(self.site.directory / "token-agent")
        options = ["--server", self.site.url, "--token-file", token, "--interval", "5"]
        options += ["--upgrade-key", self.packages.public_key]
        environ = {"MUSTER_CRASH_AT": crash_at} if crash_at else {}
        self.launcher = Program([*argv, "--", *options], self.log, environ)

    def wait_online(self) -> None:
        wait_for("the agent checks in", lambda: self.row().get("state") == "online" and self.row()["version"])

    def row(self) -> dict[str, Any]:
        assert self.launcher.alive, self.launcher.tail()
        try:
            agent_id = json.loads((self.data / "agent.json").read_bytes())["agent_id"]
        except FileNotFoundError:
            return {}
        found = self.admin.get("/v1/api/agents", params={"id": agent_id}).json()["agentList"]
        return dict(found[0]) if found else {}

    def upgrade(self) -> None:
        answer = self.admin.post("/v1/api/agents/upgrade", json={"agent_ids": [self.row()["id"]]})
        assert (answer.status_code, answer.content) == (200, b"")

    def upgrade_fails(self, version: str) -> str:
        """Order an upgrade to a version, which fails; return why. The old version goes on."""
        self.upgrade()
        return self.has_failed(version)

    def has_failed(self, version: str) -> str:
        """Wait until an upgrade to a version has failed; return why. The old version goes on."""

        def ended() -> dict[str, Any] | None:
            row = self.row()
            upgrade: dict[str, Any] = row["upgrade"]
            is_over = (upgrade["version"], upgrade["state"]) == (version, "failed")
            return row if is_over and row["version"] == self.version and row["state"] == "online" else None

        reason = str(self._wait("the upgrade fails", ended)["upgrade"]["reason"])
        command = self._wait("its result", self.last_result)
        assert (command["state"], command["message"]) == ("failed", reason)
        return reason

    def upgrade_works(self, version: str) -> None:
        self.upgrade()
        self.is_upgraded(version)

    def is_upgraded(self, version: str) -> None:
        upgraded = {"version": version, "state": "done", "reason": ""}
        row = self._wait("the upgrade", lambda: self.row() if self.row()["upgrade"] == upgraded else None)
        assert row["version"] == version
        self.version = version

    def commands(self) -> list[dict[str, Any]]:
        commands = self.admin.get(f"/v1/api/agents/{self.row()['id']}/commands").json()["commands"]
        return [command for command in commands if command["kind"] == "upgrade"]

    def last_result(self) -> dict[str, Any] | None:
        commands = self.commands()
        return commands[0] if commands and commands[0]["end_time"] else None

    def child(self) -> psutil.Process:
        def find() -> psutil.Process | None:
            children = psutil.Process(self.launcher.process.pid).children()
            return children[0] if children else None

        return wait_for("a process of the agent", find)

    def says(self, text: str) -> None:
        self._wait(text, lambda: text in self.log.read_text())

    def _wait(self, what: str, look: Callable[[], Any]) -> Any:
        try:
            return wait_for(what, look, 40, every_s=LOOK_S)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.row()}\n{self.launcher.tail()}") from None


@pytest.fixture(scope="module")
def shared(
    site: Site, packages: Packages, admin: httpx.Client, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Machine]:
    """A machine for upgrades that leave it as it was."""
    machine = Machine(site, packages, admin, tmp_path_factory.mktemp("machine"))
    machine.start()
    yield machine
    machine.launcher.stop(15)


def _with_window(machine: Machine, window_s: float) -> Machine:
    if machine.launcher.alive and (machine.is_special or machine.window_s != window_s):
        machine.launcher.stop(15)
    if not machine.launcher.alive:
        machine.start(window_s=window_s)
    machine.wait_online()
    return machine


@pytest.fixture
def machine(shared: Machine) -> Machine:
    return _with_window(shared, PATIENT_S)


@pytest.fixture
def impatient(shared: Machine) -> Machine:
    return _with_window(shared, IMPATIENT_S)


def is_not_offered(machine: Machine) -> bool:
    """Order an upgrade again; tell whether the agent got no command."""
    before = len(machine.commands())
    machine.upgrade()
    return len(machine.commands()) == before


def test_a_version_that_dies_on_import_is_given_up_and_not_offered_again(machine: Machine) -> None:
    version, _ = machine.packages.offer(replaced=DIES)
    reason = machine.upgrade_fails(version)
    assert reason == "it ended with exit code 1 before it checked in: RuntimeError: broken on purpose"
    assert is_not_offered(machine)


def test_a_package_with_another_hash_is_refused(machine: Machine) -> None:
    version, file = machine.packages.offer()
    damage(file)
    assert "another SHA-256" in machine.upgrade_fails(version)
    assert is_not_offered(machine)


def test_a_package_that_was_signed_broken_is_refused(machine: Machine) -> None:
    version, _ = machine.packages.offer(is_damaged=True)
    assert "no zip file that can be read: Bad CRC-32" in machine.upgrade_fails(version)
    assert is_not_offered(machine)


def test_a_package_that_a_stranger_signed_is_refused_and_not_fetched(
    machine: Machine, tmp_path: Path
) -> None:
    key = tmp_path / "stranger.key"
    stranger = Ed25519PrivateKey.generate()
    key.write_bytes(stranger.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    version, _ = machine.packages.offer(key=key)
    assert "not made with the release key" in machine.upgrade_fails(version)
    assert is_not_offered(machine)


def test_a_full_disk_leaves_the_old_version_and_can_be_tried_again(machine: Machine) -> None:
    version, _ = machine.packages.offer()
    child = machine.child()
    unlimited = child.rlimit(resource.RLIMIT_FSIZE)
    child.rlimit(resource.RLIMIT_FSIZE, (DISK_BYTES, unlimited[1]))
    assert "the disk has no room for it" in machine.upgrade_fails(version)
    assert [p.name for p in (machine.data / "versions").iterdir() if p.name.startswith(".")] == []
    child.rlimit(resource.RLIMIT_FSIZE, unlimited)
    machine.upgrade_works(version)


@pytest.mark.parametrize("point", ["agent.upgrade.unpacked", "agent.upgrade.recorded"])
def test_an_agent_that_is_killed_while_installing_goes_on_and_says_so(machine: Machine, point: str) -> None:
    machine.launcher.stop(15)
    machine.start(crash_at=point)
    machine.wait_online()
    version, _ = machine.packages.offer()
    assert machine.upgrade_fails(version) in (
        "the agent ended while it was being installed",
        "the launcher did not start it",
    )


def test_a_version_that_never_checks_in_is_given_up(impatient: Machine) -> None:
    version, _ = impatient.packages.offer(replaced=SILENT)
    assert "did not check in within 1 s" in impatient.upgrade_fails(version)
    assert is_not_offered(impatient)


def test_a_launcher_that_is_killed_during_a_trial_ends_it_after_its_start(impatient: Machine) -> None:
    impatient.launcher.stop(15)
    impatient.start()
    impatient.wait_online()
    version, _ = impatient.packages.offer(replaced=SILENT)
    impatient.upgrade()
    impatient.says(f"trying {version}")
    trial = impatient.child()
    impatient.launcher.kill()
    wait_for("its child is gone, too", lambda: not trial.is_running())
    impatient.start(window_s=IMPATIENT_S)
    assert "did not check in within 1 s" in impatient.has_failed(version)


def test_without_a_server_a_trial_goes_on_until_it_is_back(impatient: Machine) -> None:
    version, _ = impatient.packages.offer(replaced=SILENT)
    impatient.upgrade()
    impatient.says(f"trying {version}")
    assert impatient.site.server is not None
    impatient.site.server.kill()
    log = impatient.log.read_text()
    trial = impatient.child()
    end_s = time.monotonic() + 2 * IMPATIENT_S
    wait_for("more time than the window", lambda: time.monotonic() > end_s)
    assert trial.is_running()
    assert impatient.log.read_text() == log
    impatient.site.start()
    assert "did not check in within 1 s" in impatient.has_failed(version)


def test_it_ends_in_the_new_version_and_stays_there_whoever_is_killed(machine: Machine) -> None:
    version, _ = machine.packages.offer()
    machine.upgrade_works(version)
    assert machine.last_result() is not None
    assert is_not_offered(machine)
    machine.child().kill()
    machine.says("was ended by signal 9")
    machine.launcher.kill()
    machine.start()
    machine.wait_online()
    assert machine.row()["version"] == version
    assert version in " ".join(machine.child().cmdline())
