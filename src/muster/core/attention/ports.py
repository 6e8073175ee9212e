"""What attention needs beside the fleet."""

from collections.abc import Collection, Sequence
from typing import NamedTuple, Protocol

from muster.model.ids import AgentId


class Span(NamedTuple):
    """`from_us` <= time < `to_us`, both the start of a minute (Unix microseconds)."""

    from_us: int
    to_us: int


class LevelCount(NamedTuple):
    """Rows of some levels of one runner on one agent: `counts` in each span.

    `first_us` is the minute of the first of them; agent and runner are empty for lines that came over HTTP.
    """

    agent_id: AgentId
    runner: str
    counts: tuple[int, ...]
    first_us: int


class LevelStore(Protocol):
    """Counts log rows. May be called concurrently."""

    async def count_levels(
        self, levels: Collection[str], spans: Sequence[Span], *, agents: Collection[AgentId] | None = None
    ) -> list[LevelCount]:
        """Count rows of these levels by agent and runner; those without any are left out.

        `agents` None: of all. Raises Unavailable.
        """
        ...


class Disk(NamedTuple):
    """A file system; both in bytes."""

    total: int
    free: int
