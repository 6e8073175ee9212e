"""How far agents are with their upgrades."""

from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest

from muster.core.fleet.registry import Fleet
from muster.core.fleet.ways import Step, Way, way_of
from muster.model.agent import Agent
from muster.model.ids import AgentId
from muster.model.release import (
    LOG_RUNNERS,
    Manifest,
    Release,
    SignedManifest,
    Target,
    UpgradeState,
    UpgradeStatus,
)

LINUX = Target(os="linux", arch="x86_64", python="cp311")
SHA = "0" * 64
MANIFEST = Manifest(version="2.0.0", sha256=SHA, size=1, **msgspec.structs.asdict(LINUX))
RELEASE = Release(signed=SignedManifest(manifest=MANIFEST, signature=""), message="", added_us=0)
ABLE = UpgradeStatus(target=LINUX, can_upgrade=True)


def way(
    said: UpgradeStatus | None, *, version: str = "1.0.0", told: str = "", manifest: Manifest = MANIFEST
) -> Way:
    fleet: Any = SimpleNamespace(
        upgrades=SimpleNamespace(of=lambda _: said),
        is_ordered=lambda _agent, _kind, argument: bool(told) and argument == told,
    )
    agent = Agent(
        id=AgentId("a"),
        hostname="h",
        machine_id="m",
        platform="p",
        agent_version=version,
        credential_sha256=b"",
        enrolled_us=0,
        last_seen_us=0,
    )
    release = Release(signed=SignedManifest(manifest=manifest, signature=""), message="", added_us=0)
    return way_of(cast(Fleet, fleet), [release], agent)


def said(state: UpgradeState, **changes: Any) -> UpgradeStatus:
    return msgspec.structs.replace(ABLE, state=state, version="2.0.0", **changes)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (None, Way(Step.FIXED, reason="it has not said yet whether it can be upgraded")),
        (msgspec.structs.replace(ABLE, can_upgrade=False, reason="no key"), Way(Step.FIXED, reason="no key")),
        (ABLE, Way(Step.AVAILABLE, "2.0.0")),
        (said(UpgradeState.INSTALLING), Way(Step.INSTALLING, "2.0.0")),
        (said(UpgradeState.TRYING), Way(Step.INSTALLING, "2.0.0")),
        (said(UpgradeState.FAILED, failed=[SHA], reason="disk full"), Way(Step.FAILED, "2.0.0", "disk full")),
        (said(UpgradeState.FAILED), Way(Step.AVAILABLE, "2.0.0")),
    ],
)
def test_a_way_is_what_the_agent_says_and_what_there_is(status: UpgradeStatus | None, expected: Way) -> None:
    assert way(status) == expected


def test_an_agent_that_was_told_waits_and_one_that_runs_it_is_current() -> None:
    assert way(ABLE, told=msgspec.json.encode(RELEASE.signed).decode()) == Way(Step.WAITING, "2.0.0")
    assert way(said(UpgradeState.DONE), version="2.0.0") == Way(Step.CURRENT)


def test_an_agent_is_not_called_current_when_the_newest_lacks_what_it_has() -> None:
    small = msgspec.structs.replace(MANIFEST, lacks=(LOG_RUNNERS,))
    reads = msgspec.structs.replace(ABLE, needs=[LOG_RUNNERS])
    reason = "the package of 2.0.0 lacks what this agent has: log runners"
    assert way(reads, manifest=small) == Way(Step.FIXED, reason=reason)
    assert way(reads, manifest=small, version="2.0.0") == Way(Step.CURRENT)
    assert way(ABLE, manifest=small) == Way(Step.AVAILABLE, "2.0.0")
