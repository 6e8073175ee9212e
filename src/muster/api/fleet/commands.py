"""`/v1/api/agents/{id}/commands`: what an agent was asked to do."""

import msgspec
from litestar import get

from muster.api.fleet.control import READ, AgentPath, FleetControl
from muster.core.fleet.commands import CommandState
from muster.model.ids import AgentId, CommandId

SECOND_US = 1_000_000


class CommandRow(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent was asked to do, and what became of it; times in Unix seconds, null: not yet."""

    id: CommandId
    kind: str
    argument: str
    by: str
    state: CommandState
    message: str
    create_time: int
    expire_time: int
    send_time: int | None
    end_time: int | None


class CommandList(msgspec.Struct, frozen=True):
    """`GET /v1/api/agents/{id}/commands`, the newest first."""

    commands: list[CommandRow]


@get("/agents/{agent_id:str}/commands", opt=READ, summary="What an agent was asked to do")
async def list_commands(fleet_control: FleetControl, agent_id: AgentPath) -> CommandList:
    """Return the newest commands of an agent and what became of them."""
    records = await fleet_control.fleet.commands(AgentId(agent_id))
    rows = [
        CommandRow(
            id=x.id,
            kind=x.kind,
            argument=x.argument,
            by=x.by,
            state=x.state,
            message=x.message,
            create_time=x.created_us // SECOND_US,
            expire_time=x.expires_us // SECOND_US,
            send_time=None if x.sent_us is None else x.sent_us // SECOND_US,
            end_time=None if x.ended_us is None else x.ended_us // SECOND_US,
        )
        for x in records
    ]
    return CommandList(rows)


HANDLERS = (list_commands,)
