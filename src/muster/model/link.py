"""Messages between agent and server, JSON on the wire.

Unknown fields are ignored on both sides, so that an agent and a server one version apart
understand each other.
"""

from typing import Annotated

import msgspec

from muster.model.desired import MAX_RUNNERS, DesiredState, RunnerStatus
from muster.model.ids import AgentId, CommandId, StreamName
from muster.model.release import UpgradeStatus

NO_NUL = "^[^\\x00]*$"

Text = Annotated[str, msgspec.Meta(max_length=1024, pattern=NO_NUL)]
Nonce = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]

ONLINE_S = 30.0
"""An agent is online while its last request is younger than this."""

SAMPLE = "sample"
"""The command for lines of the agent's files (`muster.pipeline.tryout.messages`)."""

POLL_S = 25.0
"""The server holds a check-in for this long when there is nothing to tell."""


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent says of its machine. `machine_id` is a hash: the real one is a secret."""

    hostname: Annotated[str, msgspec.Meta(min_length=1, max_length=253, pattern=NO_NUL)]
    machine_id: Text
    platform: Text
    agent_version: Text


class EnrolRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Body of `POST /agent/v1/enroll`; the bearer token has the scope `agent`."""

    facts: Facts


class EnrolReply(msgspec.Struct, frozen=True, kw_only=True):
    """`credential` is shown this once and is the bearer token of all later requests."""

    agent_id: AgentId
    credential: str


class StreamLedger(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent's stages counted for one stream since the spool was made, in rows.

    `collected = spooled + dropped`; `spooled = waiting + acknowledged + thinned + quarantined`.
    `waiting_bytes` are bytes on disk, compressed.
    """

    stream: StreamName
    collected: Count
    dropped: Count
    spooled: Count
    thinned: Count
    quarantined: Count
    acknowledged: Count
    waiting: Count
    waiting_bytes: Count


class CommandResult(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a command; `report` is the JSON of what was asked for, of a report for example."""

    id: CommandId
    ok: bool
    message: Text = ""
    report: str | None = None


class CheckinRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Body of `POST /agent/v1/checkin`.

    `facts` only when they changed since this process last sent them; `sent_us` is the agent's
    clock, in microseconds since the Unix epoch; `wait_s` = how long the server may hold the answer.
    `applied` is the version of the desired state that the agent took over last, empty: none yet;
    `runners` what has become of it, None: as said before; so is `upgrade`.
    """

    nonce: Nonce
    sent_us: Count
    wait_s: Annotated[float, msgspec.Meta(ge=0, le=POLL_S)] = POLL_S
    facts: Facts | None = None
    applied: Annotated[str, msgspec.Meta(max_length=64, pattern=NO_NUL)] = ""
    runners: Annotated[list[RunnerStatus], msgspec.Meta(max_length=MAX_RUNNERS)] | None = None
    ledger: Annotated[list[StreamLedger], msgspec.Meta(max_length=MAX_RUNNERS + 24)] = []
    results: Annotated[list[CommandResult], msgspec.Meta(max_length=64)] = []
    upgrade: UpgradeStatus | None = None


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """Something the agent should do once. `collect`: collect a report now and send it as a result.
    `sample`: send lines of the files that a configuration names; nothing is spooled.

    An agent answers a kind that it does not know with `ok` false, so a newer server harms no older agent.
    """

    id: CommandId
    kind: Text
    argument: str = ""
    """JSON, as `kind` needs it."""


class CheckinReply(msgspec.Struct, frozen=True, kw_only=True):
    """`server_us` is the server's clock; the agent waits `next_s` seconds before it asks again.

    `want_facts` is true when the server does not know the agent's facts (it lost them, or started);
    `want_runners` when it does not know the status of its runners. `desired` is there when its version
    is another one than `applied`.
    """

    server_us: int
    next_s: float = 0.0
    want_facts: bool = False
    want_runners: bool = False
    desired: DesiredState | None = None
    commands: list[Command] = []


class LinkError(msgspec.Struct, frozen=True, kw_only=True):
    """Body of an error answer of `/agent/v1/*`: `code` is stable, `message` is for people."""

    code: str
    message: str
