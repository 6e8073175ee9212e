"""The agent's side of an upgrade, against a server that is told what to answer."""

import asyncio
import base64
import hashlib
import json
import random
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from muster import __version__
from muster.agent.clock import Clock
from muster.agent.spool_file import VERSION as SPOOL_VERSION
from muster.agent.upgrade.link import UpgradingLink
from muster.agent.upgrade.local import Place, Trust, load_trust
from muster.agent.upgrade.package import INFO
from muster.agent.upgrade.upgrader import DOWNLOAD_S, Upgrader
from muster.errors import SettingsError
from muster.failpoints import ignore
from muster.model.ids import CommandId
from muster.model.link import CheckinReply, CheckinRequest, Command, CommandResult
from muster.model.release import (
    LOG_RUNNERS,
    Manifest,
    SignedManifest,
    UpgradeState,
    UpgradeStatus,
    this_target,
    to_signed_bytes,
)
from muster.settings import AgentSettings

KEY = Ed25519PrivateKey.generate()
PUBLIC = KEY.public_key().public_bytes_raw()
NONCE = "e" * 32


def make_package(file: Path, version: str = "9.0.0", lacks: Sequence[str] = ()) -> SignedManifest:
    """Write a signed package for this machine that does nothing."""
    about = msgspec.structs.asdict(this_target()) | {"version": version, "spool": SPOOL_VERSION}
    about |= {"lacks": list(lacks)} if lacks else {}
    with zipfile.ZipFile(file, "w") as package:
        package.writestr(INFO, json.dumps(about))
        package.writestr("__main__.py", "")
    return sign(file.read_bytes(), version, lacks=tuple(lacks))


def sign(content: bytes, version: str = "9.0.0", **changes: Any) -> SignedManifest:
    fields = msgspec.structs.asdict(this_target()) | {
        "version": version,
        "sha256": hashlib.sha256(content).hexdigest(),
        "size": len(content),
    }
    manifest = Manifest(**(fields | changes))
    return SignedManifest(
        manifest=manifest, signature=base64.b64encode(KEY.sign(to_signed_bytes(manifest))).decode()
    )


class Machine:
    """An upgrader with its link; the server hands out `commands` once and packages from `content`."""

    def __init__(self, data: Path, *, running: str = "base", trust: Trust | None = None) -> None:
        self.data = data
        self.running = running
        self.trust = trust or Trust(public_key=PUBLIC)
        self.commands: list[Command] = []
        self.said: list[CheckinRequest] = []
        self.content = b""
        self.refusals = 0
        self.needs: list[str] = []
        self.fetched = 0
        self.now_s = 0.0
        self.start()

    def start(self, running: str | None = None) -> None:
        """Be another process on the same data."""
        self.running = self.running if running is None else running
        (self.data / "launcher").mkdir(exist_ok=True)
        clock = Clock(lambda: 0, lambda: self.now_s, self._sleep, random.Random(1).random)
        place = Place(data=self.data, running=self.running, server="http://s", ca_file="")
        self.upgrader = Upgrader(
            place,
            self.trust,
            clock=clock,
            reach=ignore,
            switch=lambda: None,
            needs=lambda: self.needs,
        )

    async def _sleep(self, pause_s: float) -> None:
        self.now_s += pause_s
        await asyncio.sleep(0)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        assert request.headers["authorization"] == "Bearer c"
        if request.url.path == "/agent/v1/checkin":
            self.said.append(msgspec.json.decode(request.content, type=CheckinRequest))
            reply = CheckinReply(server_us=1, commands=self.commands)
            self.commands = []
            return httpx.Response(200, content=msgspec.json.encode(reply))
        self.fetched += 1
        if self.refusals:
            self.refusals -= 1
            return httpx.Response(503, headers={"retry-after": "1"})
        return httpx.Response(200, content=self.content)

    def talk(self, check_ins: int = 4) -> list[Command]:
        """Check in so often, with time for what is under way; return the commands for others."""
        return asyncio.run(self._talk(check_ins))

    async def _talk(self, check_ins: int) -> list[Command]:
        link = UpgradingLink("http://s", self.upgrader, transport=httpx.MockTransport(self._answer))
        working = asyncio.create_task(self.upgrader.run(link.fetch))
        others: list[Command] = []
        for _ in range(check_ins):
            answer = await link.check_in("c", CheckinRequest(nonce=NONCE, sent_us=1))
            others += msgspec.json.decode(answer.body, type=CheckinReply).commands
            await self._settle()
        working.cancel()
        await link.close()
        return others

    async def _settle(self) -> None:
        """Wait until what was begun has ended; a check-in begins what was ordered before it."""
        if self.said[-1].upgrade is None or self.said[-1].upgrade.state is not UpgradeState.INSTALLING:
            return
        async with asyncio.timeout(20):
            while self.upgrader.status.state is UpgradeState.INSTALLING:  # noqa: ASYNC110
                await asyncio.sleep(0.001)

    def order(self, signed: SignedManifest, command_id: str = "c1") -> None:
        argument = msgspec.json.encode(signed).decode()
        self.commands.append(Command(id=CommandId(command_id), kind="upgrade", argument=argument))

    @property
    def status(self) -> UpgradeStatus:
        """What the server was told last."""
        return next(said.upgrade for said in reversed(self.said) if said.upgrade)

    @property
    def results(self) -> list[CommandResult]:
        return [result for said in self.said for result in said.results]


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    yield Machine(tmp_path)


def test_a_good_package_is_unpacked_and_handed_to_the_launcher(machine: Machine, tmp_path: Path) -> None:
    signed = make_package(tmp_path / "p.zip")
    machine.content = (tmp_path / "p.zip").read_bytes()
    machine.order(signed)
    machine.talk()
    name = f"9.0.0-{signed.manifest.sha256[:8]}"
    pending = json.loads((tmp_path / "launcher/pending.json").read_bytes())
    assert pending == {"name": name, "command_id": "c1", "server": "http://s", "ca_file": ""}
    assert (tmp_path / "versions" / name / "__main__.py").exists()
    assert [path.name for path in (tmp_path / "versions").iterdir()] == [name]
    assert machine.upgrader.is_switching
    assert machine.results == []
    machine.start(running=name)
    machine.talk()
    assert (tmp_path / "launcher/healthy").read_text() == name
    assert machine.results == [CommandResult(id=CommandId("c1"), ok=True, message="runs 9.0.0")]
    assert machine.status.state is UpgradeState.DONE


def test_a_package_of_the_spools_version_leaves_the_spool_readable(machine: Machine, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as package:
        about = msgspec.structs.asdict(this_target()) | {"version": "9.0.0", "spool": SPOOL_VERSION + 1}
        package.writestr(INFO, json.dumps(about))
    machine.content = (tmp_path / "p.zip").read_bytes()
    machine.order(sign(machine.content))
    machine.talk()
    assert "there would be no way back" in machine.status.reason
    assert not (tmp_path / "launcher/pending.json").exists()


def test_a_package_that_lacks_what_the_agent_has_is_not_fetched(machine: Machine, tmp_path: Path) -> None:
    signed = make_package(tmp_path / "p.zip", lacks=[LOG_RUNNERS])
    machine.content = (tmp_path / "p.zip").read_bytes()
    machine.needs = [LOG_RUNNERS]
    machine.order(signed)
    machine.talk()
    (result,) = machine.results
    assert not result.ok
    assert result.message == "the package of 9.0.0 lacks what this agent has: log runners"
    assert (machine.fetched, machine.status.needs, machine.status.failed) == (0, [LOG_RUNNERS], [])
    machine.needs = []
    machine.order(signed, "c2")
    machine.talk()
    assert machine.status.needs == []
    assert (tmp_path / "launcher/pending.json").exists()


@pytest.mark.parametrize(("said", "signed"), [([LOG_RUNNERS], []), ([], [LOG_RUNNERS])])
def test_a_package_lacks_what_was_signed(
    machine: Machine, tmp_path: Path, said: list[str], signed: list[str]
) -> None:
    make_package(tmp_path / "p.zip", lacks=said)
    machine.content = (tmp_path / "p.zip").read_bytes()
    machine.order(sign(machine.content, lacks=tuple(signed)))
    machine.talk()
    assert "the package says that it lacks" in machine.status.reason
    assert not (tmp_path / "launcher/pending.json").exists()


def test_other_commands_are_left_to_others(machine: Machine) -> None:
    command = Command(id=CommandId("c0"), kind="collect")
    machine.commands.append(command)
    machine.order(sign(b"x", arch="vax"))
    assert machine.talk() == [command]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"arch": "vax"}, "it is for"),
        ({"os": "plan9"}, "it is for"),
        ({"python": "cp27"}, "it is for"),
        ({"version": "0.0.1"}, "is not newer"),
        ({"version": __version__}, "is not newer"),
    ],
)
def test_what_does_not_fit_is_refused_but_not_for_ever(
    machine: Machine, changes: dict[str, str], reason: str
) -> None:
    machine.order(sign(b"x", **changes))
    machine.talk()
    (result,) = machine.results
    assert (result.id, result.ok) == ("c1", False)
    assert reason in result.message
    assert (machine.status.state, machine.status.reason) == (UpgradeState.FAILED, result.message)
    assert (machine.status.failed, machine.fetched) == ([], 0)


def test_a_downgrade_is_a_local_decision(tmp_path: Path) -> None:
    machine = Machine(tmp_path, trust=Trust(public_key=PUBLIC, allow_downgrade=True))
    signed = make_package(tmp_path / "p.zip", "0.0.1")
    machine.content = (tmp_path / "p.zip").read_bytes()
    machine.order(signed)
    machine.talk()
    assert machine.upgrader.is_switching


@pytest.mark.parametrize(
    ("running", "trust", "reason"),
    [
        ("", Trust(public_key=PUBLIC), "the agent was not started by the launcher"),
        ("base", Trust(), "the agent has no release key (agent.upgrade_key)"),
    ],
)
def test_who_cannot_be_upgraded_says_why_without_being_asked(
    tmp_path: Path, running: str, trust: Trust, reason: str
) -> None:
    machine = Machine(tmp_path, running=running, trust=trust)
    machine.talk(1)
    assert (machine.status.can_upgrade, machine.status.reason) == (False, reason)
    machine.order(make_package(tmp_path / "p.zip"))
    machine.talk()
    assert [(result.ok, result.message) for result in machine.results] == [(False, reason)]
    assert machine.fetched == 0


def test_a_way_to_the_server_that_fails_is_tried_again_and_given_up(machine: Machine, tmp_path: Path) -> None:
    signed = make_package(tmp_path / "p.zip")
    machine.content = (tmp_path / "p.zip").read_bytes()
    machine.refusals = 1_000
    machine.order(signed)
    machine.talk()
    assert "the package cannot be fetched" in machine.results[0].message
    assert machine.status.failed == []
    assert DOWNLOAD_S < machine.now_s < DOWNLOAD_S + 60
    assert machine.fetched > 60
    machine.refusals = 50
    machine.order(signed, "c2")
    machine.talk()
    assert machine.upgrader.is_switching


@pytest.mark.parametrize("content", [b"", b"x" * 10, b"x" * 12])
def test_other_bytes_than_were_signed_are_never_tried_again(machine: Machine, content: bytes) -> None:
    machine.content = content
    signed = sign(b"y" * 11)
    machine.order(signed)
    machine.talk()
    assert machine.status.failed == [signed.manifest.sha256]
    fetched = machine.fetched
    machine.start()
    machine.order(signed, "c2")
    machine.talk()
    assert machine.fetched == fetched
    assert "failed here before" in machine.results[-1].message
    assert list((machine.data / "versions").iterdir()) == []


@pytest.mark.parametrize("argument", ["", "{}", "[]", '{"manifest": 1}', "\x00"])
def test_an_order_that_cannot_be_understood_is_answered(machine: Machine, argument: str) -> None:
    machine.commands.append(Command(id=CommandId("c1"), kind="upgrade", argument=argument))
    machine.talk()
    assert [(result.id, result.ok) for result in machine.results] == [("c1", False)]


def test_a_command_that_comes_again_is_one(machine: Machine) -> None:
    machine.order(sign(b"x", arch="vax"))
    machine.talk()
    machine.start()
    machine.order(sign(b"x", arch="vax"))
    machine.talk()
    assert len(machine.results) == 1


def test_what_was_said_is_said_once_to_each_process_of_the_agent(machine: Machine) -> None:
    machine.talk(3)
    assert [said.upgrade is not None for said in machine.said] == [True, False, False]
    machine.start()
    machine.talk(2)
    assert [said.upgrade is not None for said in machine.said[3:]] == [True, False]


def test_a_result_is_told_until_the_server_has_it(machine: Machine) -> None:
    machine.order(sign(b"x", arch="vax"))
    machine.talk(2)
    machine.start()
    machine.talk(3)
    assert [len(said.results) for said in machine.said] == [0, 0, 1, 0, 0]


def test_check_ins_are_held_briefly_while_there_is_something_to_tell(machine: Machine) -> None:
    machine.order(sign(b"x", arch="vax"))
    machine.talk(4)
    assert [said.wait_s for said in machine.said] == [25.0, 1.0, 1.0, 25.0]


def test_a_key_that_is_none_ends_the_start() -> None:
    with pytest.raises(SettingsError, match=r"agent\.upgrade_key"):
        load_trust(AgentSettings(upgrade_key="secret"))
    assert load_trust(AgentSettings()) == Trust()
    assert load_trust(AgentSettings(upgrade_key=base64.b64encode(PUBLIC).decode())).public_key == PUBLIC
