"""Releases of the agent: kept by the server, offered to the agents that they fit."""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable
from pathlib import Path
from typing import Protocol

import msgspec

from muster.core.fleet.registry import Fleet
from muster.errors import InvalidInput, NotFound, Overloaded
from muster.model.agent import Agent
from muster.model.ids import AgentId
from muster.model.release import (
    UPGRADE,
    Release,
    SignedManifest,
    UpgradeStatus,
    check_signature,
    parse_version,
)

ORDER_S = 86_400.0
"""An agent that is away for longer does not hear of an upgrade."""

READERS = 64
"""So many agents fetch a package at once; the others come back."""

CHUNK_BYTES = 256 * 1024
BUSY_S = 10


class Offer(msgspec.Struct, frozen=True):
    """The release that an upgrade brings an agent, or in `reason` why it brings none.

    `is_unfit`: because the newest lacks what the agent has.
    """

    release: Release | None
    reason: str = ""
    is_unfit: bool = False


class ReleaseStore(Protocol):
    """Keeps what is known of releases. All methods may run concurrently."""

    async def releases(self) -> list[Release]:
        """Return every release, in no particular order."""
        ...

    async def add_release(self, release: Release, *, by: str) -> None:
        """Store a release, and in the same transaction that it was added; durable on return.

        Raises Conflict when there is one with this content, or of this version for this target.
        """
        ...


class PackageStore(Protocol):
    """Keeps the files of releases, each once, by its SHA-256. All methods may run concurrently."""

    async def put(self, file: Path, signed: SignedManifest) -> None:
        """Keep a copy of a file; durable on return. Raises InvalidInput when it is another than is signed.

        Raises Unavailable when it cannot be read or written.
        """
        ...

    async def find(self, sha256: str) -> Path:
        """Return the file with this content. Raises NotFound."""
        ...


class Releases:
    """All releases; commands work on the store beside a running server, so nothing is kept in memory."""

    def __init__(self, store: ReleaseStore, packages: PackageStore) -> None:
        self._store = store
        self._readers = 0
        self.packages = packages

    async def add(
        self,
        file: Path,
        signed: SignedManifest,
        *,
        message: str,
        by: str,
        now_us: int,
        public_key: bytes | None,
    ) -> Release:
        """Keep a package and offer it from now on; its file is durable before it is known.

        Raises InvalidInput when file, manifest and signature do not fit, Conflict when it is there already.
        """
        parse_version(signed.manifest.version)
        if len(message) > 4096 or "\x00" in message:
            raise InvalidInput("expected at most 4096 characters, without U+0000", field="message")
        if public_key is not None:
            check_signature(signed, public_key)
        release = Release(signed=signed, message=message, added_us=now_us)
        await self.packages.put(file, signed)
        await self._store.add_release(release, by=by)
        return release

    async def all(self) -> list[Release]:
        """Return every release: by target, the newest version first."""
        return sorted(await self._store.releases(), key=_order, reverse=True)

    async def newest(self) -> list[Release]:
        """Return the newest release for each target."""
        found: dict[str, Release] = {}
        for release in await self.all():
            found.setdefault(str(release.manifest.target), release)
        return [found[target] for target in sorted(found)]

    async def find(self, sha256: str) -> Release:
        """Return the release with this content. Raises NotFound."""
        for release in await self._store.releases():
            if release.manifest.sha256 == sha256:
                return release
        raise NotFound(f"no release {sha256:.80}")

    def read(self, package: Path) -> AsyncIterator[bytes]:
        """Return the content of a package, in pieces. Raises Overloaded while too many read one."""
        if self._readers >= READERS:
            raise Overloaded("many agents fetch packages now", retry_after_s=BUSY_S)
        return self._pieces(package)

    async def _pieces(self, package: Path) -> AsyncIterator[bytes]:
        self._readers += 1
        try:
            with await asyncio.to_thread(package.open, "rb") as file:
                while piece := await asyncio.to_thread(file.read, CHUNK_BYTES):
                    yield piece
        finally:
            self._readers -= 1

    async def plan_upgrades(self, fleet: Fleet, agents: Collection[AgentId]) -> dict[AgentId, Offer]:
        """Return what an upgrade means for each agent. Raises NotFound when one is none of the fleet."""
        known = [fleet.get(agent_id) for agent_id in agents]
        releases = await self.all()
        offers = {}
        for agent in known:
            offer = offer_for(releases, agent, fleet.upgrades.of(agent.id))
            if offer.release is not None and fleet.is_ordered(agent.id, UPGRADE, order_of(offer.release)):
                offer = Offer(None, f"it was told to run {offer.release.manifest.version} already")
            offers[agent.id] = offer
        return offers

    async def order_upgrades(self, fleet: Fleet, agents: Collection[AgentId], *, by: str) -> list[AgentId]:
        """Tell agents to upgrade, those for which there is a newer package; return which are told now.

        Durable on return. Raises NotFound, and orders nothing, when one of them is none of the fleet.
        """
        offers = await self.plan_upgrades(fleet, agents)
        orders = {
            agent_id: order_of(offer.release)
            for agent_id, offer in offers.items()
            if offer.release is not None
        }
        await fleet.order_all(UPGRADE, orders, by=by, timeout_s=ORDER_S)
        return list(orders)


def offer_for(releases: Iterable[Release], agent: Agent, status: UpgradeStatus | None) -> Offer:
    """Return the newest release for an agent's system when it should run that instead of what it runs.

    `releases` are as `Releases.all` returns them.
    """
    if status is None:
        return Offer(None, "it has not said yet whether it can be upgraded")
    if not status.can_upgrade:
        return Offer(None, status.reason or "it cannot be upgraded")
    offer = Offer(None, f"there is no release for {status.target}")
    unfit = ""
    for release in releases:
        if release.manifest.target != status.target:
            continue
        offer = _newer_offer(release, agent, status)
        if offer.release is None:
            break
        lacking = release.manifest.unfit(status.needs)
        if not lacking:
            return offer
        unfit = unfit or lacking
    return Offer(None, unfit, is_unfit=True) if unfit else offer


def _newer_offer(release: Release, agent: Agent, status: UpgradeStatus) -> Offer:
    version = release.manifest.version
    if release.manifest.sha256 in status.failed:
        return Offer(None, f"it tried {version}, and failed")
    try:
        runs = parse_version(agent.agent_version)
    except InvalidInput:
        return Offer(None, f"its version {agent.agent_version:.80} cannot be compared")
    if parse_version(version) <= runs:
        return Offer(None, f"it runs {agent.agent_version}, and the newest is {version}")
    return Offer(release)


def order_of(release: Release) -> str:
    """Return the argument of the command that tells an agent to run a release."""
    return msgspec.json.encode(release.signed).decode()


def _order(release: Release) -> tuple[str, tuple[int, ...]]:
    return str(release.manifest.target), parse_version(release.manifest.version)
