"""What an agent should run, and what it says it runs."""

import enum
from typing import Annotated, NewType

import msgspec

NO_NUL = "^[^\\x00]*$"

ConfigName = NewType("ConfigName", str)
"""Chosen by people: 1-128 characters, see `core.fleet.names`. A runner on an agent has its config's name."""

DesiredVersion = NewType("DesiredVersion", str)
"""Names one desired state of one agent: the same state has the same version. At most 64 characters."""

Text = Annotated[str, msgspec.Meta(max_length=4096, pattern=NO_NUL)]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]

MAX_RUNNERS = 1_000
"""An agent has at most so many runners."""


class RunnerState(enum.StrEnum):
    """What a runner should do, and with `FAILED` and `UNKNOWN` what it does."""

    RUNNING = "running"
    STOPPED = "stopped"
    FAILED = "failed"
    """It ended with an error and is started again after a while."""

    UNKNOWN = "unknown"
    """The agent does not know how to run it: its version lacks a component, or its settings forbid it."""


class DesiredRunner(msgspec.Struct, frozen=True, kw_only=True):
    """A runner that an agent should have. `config` is the JSON of its configuration (behaviour 3b).

    `config_us` is when the configuration was changed last (Unix microseconds): another one means that
    the runner starts anew with it. `epoch` rises when somebody resets it: what it has read is forgotten.
    """

    name: ConfigName
    config: str
    config_us: Count
    is_running: bool = True
    epoch: Count = 0


class Watch(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent looks at by itself.

    `ports` are numbers and ranges to watch beside those that its own settings name; None: those that its
    settings name, or their default. Metrics of the groups of `off` (`model.metric_groups`) are not taken;
    a group that an agent does not know means nothing to it.
    """

    ports: list[str] | None = None
    off: list[str] = []


class DesiredState(msgspec.Struct, frozen=True, kw_only=True):
    """Everything an agent should run; a runner that is not here must not be there.

    `metrics_interval_s`: how often to take samples, None: not at all, 0: as often as the agent's own
    settings say. `watch` is left out while nobody has said anything of it.
    """

    version: DesiredVersion
    runners: Annotated[list[DesiredRunner], msgspec.Meta(max_length=MAX_RUNNERS)] = []
    metrics_interval_s: Annotated[float, msgspec.Meta(ge=0, le=86_400)] | None = 0.0
    watch: Watch | msgspec.UnsetType = msgspec.UNSET


class RunnerStatus(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent says of one of its runners.

    `config_us` and `epoch` are those of the configuration that it really runs. `reason` says why it
    is not running, or what it waits for, in words. Counters are rows since the runner was made, over
    restarts; `lag_bytes` is what is not read yet, None where nobody can know. `since_us`: when it came
    into this state.
    """

    name: ConfigName
    state: RunnerState
    config_us: Count
    epoch: Count = 0
    reason: Text = ""
    since_us: Count = 0
    read: Count = 0
    failed: Count = 0
    filtered: Count = 0
    spooled: Count = 0
    lag_bytes: Count | None = None
    errors: Annotated[list[Text], msgspec.Meta(max_length=20)] = []
    """The last errors, the newest last."""
