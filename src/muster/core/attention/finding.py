"""One thing that needs a person: what it is, how bad, of whom, and its numbers."""

import enum

import msgspec

from muster.model.ids import AgentId


class Kind(enum.StrEnum):
    """What needs a person, the gravest first among those of the same severity."""

    SERVER_DISK = "server_disk"
    """The file system with the server's data is nearly full."""

    SILENT = "silent"
    """An agent does not answer."""

    DISK = "disk"
    """A disk of a machine is nearly full."""

    RUNNER = "runner"
    """A runner that should run does not."""

    ERRORS = "errors"
    """There are far more errors in the logs than there were."""

    LOSS = "loss"
    """An agent lost rows: the server refused them, or its spool was full."""

    MEMORY = "memory"
    """The memory of a machine has been nearly full for minutes."""

    CONFIG = "config"
    """An agent was told what to run and has not taken it over."""

    UPGRADE = "upgrade"
    """An agent went back from a newer version."""

    NO_SAMPLES = "no_samples"
    """An agent answers, and its samples stay away."""

    CLOCK = "clock"
    """An agent's clock is not the server's."""


GRAVITY = {kind: number for number, kind in enumerate(Kind)}


class Severity(enum.StrEnum):
    """`critical`: something is lost or ends soon; `warning`: somebody should look at it."""

    CRITICAL = "critical"
    WARNING = "warning"


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What a finding is about; empty: there is no such part. `agent_id` is empty for the server itself."""

    agent_id: AgentId = AgentId("")
    hostname: str = ""
    runner: str = ""
    mountpoint: str = ""
    version: str = ""


class Amount(msgspec.Struct, frozen=True):
    """A number that says how bad it is. `unit` is `percent`, `bytes`, `rows`, `s`; empty: a count."""

    name: str
    value: float
    unit: str


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing. `since_us` None: nobody knows since when. The larger `weight`, the worse within its kind.

    `is_older`: `since_us` is when this server saw it first, and it was there at the first look.
    """

    kind: Kind
    severity: Severity
    subject: Subject
    since_us: int | None
    amounts: tuple[Amount, ...] = ()
    reason: str = ""
    weight: float = 0.0
    is_older: bool = False
