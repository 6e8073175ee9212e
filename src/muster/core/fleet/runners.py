"""Runners: one for each configuration on each agent that has it."""

import enum
from collections.abc import Sequence
from typing import NamedTuple

from muster.core.fleet.plan import Draft, Key, Kind, Plan, Runner
from muster.errors import NotFound
from muster.model.ids import AgentId


class Target(NamedTuple):
    """Names a runner."""

    config: str
    agent_id: AgentId


class Order(enum.StrEnum):
    """What runners can be told."""

    START = "start"
    STOP = "stop"
    RESET = "reset"
    """Forget what was read, and begin again."""

    DELETE = "delete"


def order_runners(draft: Draft, order: Order, targets: Sequence[Target]) -> None:
    """Tell runners something, all of them or none. Raises NotFound when one does not exist."""
    for target in targets:
        check_runner(draft.plan, target)
    for target in targets:
        runner = draft.plan.runner(target.config, target.agent_id)
        key = Key(Kind.RUNNER, target.config, target.agent_id)
        match order:
            case Order.START:
                draft.put(key, _told(Runner(is_running=True, epoch=runner.epoch)))
            case Order.STOP:
                draft.put(key, Runner(is_running=False, epoch=runner.epoch))
            case Order.RESET:
                draft.put(key, Runner(is_running=runner.is_running, epoch=runner.epoch + 1))
            case Order.DELETE:
                draft.put(Key(Kind.ASSIGNMENT, target.config, target.agent_id), None)
                draft.put(key, Runner(is_deleted=True, epoch=runner.epoch))


def check_runner(plan: Plan, target: Target) -> None:
    """Raise NotFound when an agent has no such runner."""
    is_granted = target.config in plan.granted(target.agent_id)
    if not is_granted or plan.runner(target.config, target.agent_id).is_deleted:
        raise NotFound(f"agent {target.agent_id} has no runner {target.config}")


def _told(runner: Runner) -> Runner | None:
    """Return the entry of a runner, None when there is nothing to say of it."""
    return None if runner == Runner() else runner
