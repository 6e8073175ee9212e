"""The desired state of each agent, made from the plan and kept until the plan changes."""

import hashlib
from collections.abc import Iterable

import msgspec

from muster.core.fleet.collect_rules import Collected, collected_by
from muster.core.fleet.plan import Plan, Runner
from muster.model.desired import ConfigName, DesiredRunner, DesiredState, DesiredVersion, Watch
from muster.model.ids import AgentId

VERSION_DIGITS = 32

Wanted = tuple[tuple[DesiredRunner, ...], Collected]
"""Runners, and what is collected beside them: equal for agents that should run the same."""

NOBODY = Collected(interval_s=None, ports=None, off=())
"""What a deleted agent collects."""


class DesiredStates:
    """What every agent should run; agents that should run the same share it. Used on the event loop only."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._states: dict[AgentId, DesiredState] = {}
        self._shared: dict[Wanted, DesiredState] = {}

    def of(self, agent_id: AgentId) -> DesiredState:
        """Return what an agent should run; nothing when it is deleted or unknown."""
        state = self._states.get(agent_id)
        if state is None:
            wanted = _wanted(self.plan, agent_id)
            state = self._shared.get(wanted)
            if state is None:
                state = self._shared[wanted] = _make_state(wanted)
            self._states[agent_id] = state
        return state

    def forget(self, agents: Iterable[AgentId] | None) -> None:
        """Make the states of these agents anew when they are asked for; None: of all."""
        self._shared.clear()
        if agents is None:
            self._states.clear()
            return
        for agent_id in agents:
            self._states.pop(agent_id, None)


def make_state(plan: Plan, agent_id: AgentId) -> DesiredState:
    """Return what an agent should run by the plan."""
    return _make_state(_wanted(plan, agent_id))


def version_of(state: DesiredState) -> DesiredVersion:
    """Return the name of a state: a hash of its canonical JSON, itself left out."""
    unnamed = msgspec.structs.replace(state, version=DesiredVersion(""))
    text = msgspec.json.encode(unnamed, order="deterministic")
    return DesiredVersion(hashlib.sha256(text).hexdigest()[:VERSION_DIGITS])


NOTHING = version_of(DesiredState(version=DesiredVersion("")))
"""The version of an agent for which nobody has planned anything."""


def _wanted(plan: Plan, agent_id: AgentId) -> Wanted:
    runners = tuple(_runner(plan, name, runner) for name, runner in plan.runners(agent_id).items())
    return runners, NOBODY if plan.tombstone(agent_id) else collected_by(plan, agent_id)


def _make_state(wanted: Wanted) -> DesiredState:
    runners, (interval_s, ports, off) = wanted
    is_said = ports is not None or bool(off)
    watch = Watch(ports=None if ports is None else list(ports), off=list(off))
    state = DesiredState(
        version=DesiredVersion(""),
        runners=list(runners),
        metrics_interval_s=interval_s,
        watch=watch if is_said else msgspec.UNSET,
    )
    return msgspec.structs.replace(state, version=version_of(state))


def _runner(plan: Plan, name: str, runner: Runner) -> DesiredRunner:
    config = plan.config(name)
    return DesiredRunner(
        name=ConfigName(name),
        config=config.config if config else "{}",
        config_us=config.changed_us if config else 0,
        is_running=runner.is_running,
        epoch=runner.epoch,
    )
