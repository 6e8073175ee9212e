"""How far each agent is on its way to the newest package for it."""

import enum
from collections.abc import Sequence
from typing import NamedTuple

from muster.core.fleet.registry import Fleet
from muster.core.fleet.releases import offer_for, order_of
from muster.model.agent import Agent
from muster.model.release import UPGRADE, Release, UpgradeState


class Step(enum.StrEnum):
    """Where an agent is on its way."""

    FIXED = "fixed"
    """It cannot be upgraded: no release key, no launcher, or the newest package lacks what it has."""

    CURRENT = "current"
    """There is nothing newer for it."""

    AVAILABLE = "available"
    """There is a newer package, and nobody told it to run that."""

    WAITING = "waiting"
    """It is told, and has not said anything yet."""

    INSTALLING = "installing"
    FAILED = "failed"


class Way(NamedTuple):
    """A step, the version that it leads to, or failed to, and why it goes no further; empty: nothing."""

    step: Step
    to: str = ""
    reason: str = ""


def way_of(fleet: Fleet, releases: Sequence[Release], agent: Agent) -> Way:
    """Return how far an agent is; `releases` are as `Releases.all` returns them."""
    status = fleet.upgrades.of(agent.id)
    offer = offer_for(releases, agent, status)
    if status is None or not status.can_upgrade or offer.is_unfit:
        return Way(Step.FIXED, reason=offer.reason)
    if status.state in (UpgradeState.INSTALLING, UpgradeState.TRYING):
        return Way(Step.INSTALLING, status.version)
    if offer.release is not None:
        is_told = fleet.is_ordered(agent.id, UPGRADE, order_of(offer.release))
        return Way(Step.WAITING if is_told else Step.AVAILABLE, offer.release.manifest.version)
    if status.state is UpgradeState.FAILED:
        return Way(Step.FAILED, status.version, status.reason)
    return Way(Step.CURRENT)
