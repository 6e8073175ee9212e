"""What became of runners: changes between two words of an agent, and since when one fails."""

import pytest

from muster.core.fleet.runner_history import STEADY_US, failing_since, iter_changes
from muster.model.desired import ConfigName, RunnerState, RunnerStatus
from muster.model.ids import AgentId

AGENT = AgentId("a")
RUNNING, FAILED, STOPPED = RunnerState.RUNNING, RunnerState.FAILED, RunnerState.STOPPED
NOW_US = 5 * STEADY_US


def status(state: RunnerState, since_us: int = 1, reason: str = "") -> RunnerStatus:
    return RunnerStatus(
        name=ConfigName("nginx"), state=state, config_us=1, since_us=since_us, reason=reason, read=since_us
    )


def changes(before: list[RunnerStatus], after: list[RunnerStatus]) -> list[tuple[str, str, int, str]]:
    found = iter_changes(AGENT, before, after, NOW_US)
    return [(each.was, each.state, each.ts_us, each.reason) for each in found]


def test_a_state_is_a_change_when_it_is_another_or_came_anew() -> None:
    assert changes([], [status(RUNNING)]) == [("", "running", 1, "")]
    assert changes([status(RUNNING)], [status(FAILED, 9, "no file")]) == [("running", "failed", 9, "no file")]
    assert changes([status(RUNNING)], [status(RUNNING, 9)]) == [("running", "running", 9, "")]
    assert changes([status(RUNNING)], [status(RUNNING, 1, "waits")]) == []
    assert changes([status(RUNNING)], []) == []


def test_an_agent_that_knows_no_time_gives_that_of_its_word() -> None:
    assert changes([], [status(STOPPED, 0)]) == [("", "stopped", NOW_US, "")]


@pytest.mark.parametrize(
    ("was", "state", "expected"),
    [
        (FAILED, RUNNING, True),
        (RunnerState.UNKNOWN, RUNNING, True),
        (RUNNING, RUNNING, False),
        (FAILED, STOPPED, False),
    ],
)
def test_a_runner_recovers_when_it_runs_after_it_failed(
    was: RunnerState, state: RunnerState, expected: bool
) -> None:
    (change,) = iter_changes(AGENT, [status(was)], [status(state, 2)], NOW_US)
    assert change.is_recovery is expected


def test_a_runner_that_starts_again_and_again_fails_since_the_first_time() -> None:
    failing = failing_since({}, [status(FAILED, 100)], 200)
    assert failing == {"nginx": 100}
    failing = failing_since(failing, [status(RUNNING, 300)], 400)
    failing = failing_since(failing, [status(FAILED, 500)], 600)
    assert failing == {"nginx": 100}


def test_nobody_knows_since_when_a_runner_fails_whose_agent_does_not_say() -> None:
    assert failing_since({}, [status(FAILED, 0)], 200) == {}


def test_a_runner_that_ran_for_long_or_was_stopped_fails_no_more() -> None:
    assert failing_since({"nginx": 1}, [status(RUNNING, 100)], 100 + STEADY_US) == {}
    assert failing_since({"nginx": 1}, [status(STOPPED, 100)], 200) == {}
    assert failing_since({"nginx": 1}, [], 200) == {}
