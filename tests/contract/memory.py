"""A clock and a mark store in memory, for tests of stores that need them."""

from collections.abc import Collection, Sequence

from muster.errors import Unavailable
from muster.model.ids import AgentId, Epoch, StreamName
from muster.model.mark import Mark, Window

NOON = 1_790_000_000
"""Unix seconds of the tests' present."""


class Clock:
    def __init__(self) -> None:
        self.us = NOON * 1_000_000

    def __call__(self) -> int:
        return self.us


class MemoryMarks:
    """A MarkStore in memory that can be told to fail."""

    def __init__(self) -> None:
        self.marks: dict[tuple[str, str, str], Mark] = {}
        self.windows: set[Window] = set()
        self.fail = False

    def load_mark(self, agent_id: AgentId, stream: StreamName, epoch: Epoch) -> Mark | None:
        return self.marks.get((agent_id, stream, epoch))

    def save_marks(self, marks: Sequence[Mark], windows: Collection[Window] = ()) -> None:
        if self.fail:
            raise Unavailable("the disk is gone")
        self.marks |= {(m.agent_id, m.stream, m.epoch): m for m in marks}
        self.windows |= set(windows)

    async def marks_of_agent(self, agent_id: AgentId) -> list[Mark]:
        return [mark for mark in self.marks.values() if mark.agent_id == agent_id]
