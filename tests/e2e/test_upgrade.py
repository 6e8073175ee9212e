"""Upgrades of a real agent under a real launcher, from a real server: to good packages and bad ones."""

import json
import os
import resource
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from tests.e2e.releases import copy_libraries, make_package
from tests.processes import Program, Site, muster, wait_for

OLD = "0.1.0"
DIES = {"muster/agent/runtime.py": "raise RuntimeError('broken on purpose')\n"}
SILENT = {"__main__.py": "import signal\nwhile True:\n    signal.pause()\n"}
WINDOW_S = 3.0


class Packages:
    """Builds, signs and adds packages."""

    def __init__(self, site: Site, directory: Path) -> None:
        self.site = site
        self.directory = directory
        self.libraries = copy_libraries(directory / "libraries")
        self.key = directory / "release.key"
        self.public_key = muster("release", "keygen", str(self.key)).stdout.strip()

    def make(self, version: str, **options: Any) -> Path:
        return make_package(self.libraries, self.directory / f"agent-{version}.zip", version, **options)

    def sign(self, package: Path, key: Path | None = None) -> None:
        muster("release", "sign", "--key", str(key or self.key), str(package))

    def add(self, package: Path) -> None:
        muster("release", "add", "--data", str(self.site.data), str(package), "--message", "better")

    def offer(self, version: str, **options: Any) -> None:
        package = self.make(version, **options)
        self.sign(package)
        self.add(package)
        package.unlink()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with Site(tmp_path_factory.mktemp("upgrade"), "--open") as site:
        site.start()
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
    """One agent under its launcher."""

    def __init__(self, site: Site, packages: Packages, admin: httpx.Client, directory: Path) -> None:
        self.site = site
        self.packages = packages
        self.admin = admin
        self.directory = directory
        self.data = directory / "agent"
        self.launcher: Program | None = None
        self.token = site.directory / "token-agent"
        if not self.token.exists():
            site.token_file("agent")

    def start(self, *, key: str | None = None, environ: dict[str, str] | None = None) -> Program:
        launcher = [sys.executable, "-m", "muster.launcher", "--data", str(self.data)]
        options = ["--server", self.site.url, "--token-file", str(self.token), "--interval", "1"]
        key = self.packages.public_key if key is None else key
        argv = [*launcher, "--window-s", str(WINDOW_S), "--", *options, "--upgrade-key", key]
        self.launcher = Program(argv, self.directory / "launcher.log", environ)
        wait_for("the agent says whether it can be upgraded", self.is_known)
        return self.launcher

    @property
    def id(self) -> str:
        identity: dict[str, str] = json.loads((self.data / "agent.json").read_bytes())
        return identity["agent_id"]

    def row(self) -> dict[str, Any]:
        found = self.admin.get("/v1/api/agents", params={"id": self.id}).json()["agentList"]
        return dict(found[0]) if found else {}

    def is_known(self) -> bool:
        assert self.launcher is not None
        assert self.launcher.alive, self.launcher.tail()
        return (self.data / "agent.json").exists() and self.row().get("state") == "online"

    def upgrade(self) -> None:
        answer = self.admin.post("/v1/api/agents/upgrade", json={"agent_ids": [self.id], "tags": []})
        assert (answer.status_code, answer.content) == (200, b"")

    def ends(self, state: str, version: str) -> str:
        """Wait until the agent runs `version` and its last upgrade is in a state; return the reason."""

        def row() -> dict[str, Any] | None:
            row = self.row()
            return row if (row["version"], row["upgrade"]["state"]) == (version, state) else None

        try:
            return str(wait_for(f"{version} and {state}", row, 30)["upgrade"]["reason"])
        except AssertionError:
            assert self.launcher is not None
            raise AssertionError(f"{self.row()}\n{self.launcher.tail()}") from None

    def commands(self) -> list[dict[str, Any]]:
        commands: list[dict[str, Any]] = self.admin.get(f"/v1/api/agents/{self.id}/commands").json()[
            "commands"
        ]
        return [command for command in commands if command["kind"] == "upgrade"]

    def children(self) -> list[psutil.Process]:
        assert self.launcher is not None
        return psutil.Process(self.launcher.process.pid).children()


@pytest.fixture
def machine(site: Site, packages: Packages, admin: httpx.Client, tmp_path: Path) -> Iterator[Machine]:
    machine = Machine(site, packages, admin, tmp_path)
    yield machine
    if machine.launcher is not None and machine.launcher.alive:
        machine.launcher.stop(15)


def test_it_ends_in_the_new_version_and_stays_there(machine: Machine) -> None:
    machine.packages.offer("0.2.0")
    launcher = machine.start()
    machine.upgrade()
    assert machine.ends("done", "0.2.0") == ""
    command = wait_for("the result", lambda: next((c for c in machine.commands() if c["end_time"]), None))
    assert (command["state"], command["message"]) == ("done", "runs 0.2.0")
    machine.upgrade()
    assert len(machine.commands()) == 1
    launcher.kill()
    machine.start()
    assert machine.ends("done", "0.2.0") == ""
