"""The desired state of each agent, made from the plan and kept until the plan changes."""

import hashlib
from collections.abc import Iterable

import msgspec

from muster.core.fleet.collection import interval_of
from muster.core.fleet.plan import Plan
from muster.model.desired import ConfigName, DesiredRunner, DesiredState, DesiredVersion
from muster.model.ids import AgentId

VERSION_DIGITS = 32


class DesiredStates:
    """What every agent should run. Used on the event loop only."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._states: dict[AgentId, DesiredState] = {}

    def of(self, agent_id: AgentId) -> DesiredState:
        """Return what an agent should run; nothing when it is deleted or unknown."""
        state = self._states.get(agent_id)
        if state is None:
            state = self._states[agent_id] = make_state(self.plan, agent_id)
        return state

    def forget(self, agents: Iterable[AgentId] | None) -> None:
        """Make the states of these agents anew when they are asked for; None: of all."""
        if agents is None:
            self._states.clear()
            return
        for agent_id in agents:
            self._states.pop(agent_id, None)


def make_state(plan: Plan, agent_id: AgentId) -> DesiredState:
    """Return what an agent should run by the plan."""
    runners = [_runner(plan, name, agent_id) for name in plan.runners(agent_id)]
    state = DesiredState(
        version=DesiredVersion(""),
        runners=runners,
        metrics_interval_s=None if plan.tombstone(agent_id) else interval_of(plan),
    )
    return msgspec.structs.replace(state, version=version_of(state))


def version_of(state: DesiredState) -> DesiredVersion:
    """Return the name of a state: a hash of its canonical JSON, itself left out."""
    unnamed = msgspec.structs.replace(state, version=DesiredVersion(""))
    text = msgspec.json.encode(unnamed, order="deterministic")
    return DesiredVersion(hashlib.sha256(text).hexdigest()[:VERSION_DIGITS])


NOTHING = version_of(DesiredState(version=DesiredVersion("")))
"""The version of an agent for which nobody has planned anything."""


def _runner(plan: Plan, name: str, agent_id: AgentId) -> DesiredRunner:
    config = plan.config(name)
    runner = plan.runner(name, agent_id)
    return DesiredRunner(
        name=ConfigName(name),
        config=config.config if config else "{}",
        config_us=config.changed_us if config else 0,
        is_running=runner.is_running,
        epoch=runner.epoch,
    )
