"""What metrics need of the stores."""

from collections.abc import Collection, Sequence
from concurrent.futures import Future
from typing import NamedTuple, Protocol

import msgspec

from muster.core.ingest import BatchOutcome
from muster.core.metrics.grid import Grid
from muster.model.batch import BatchKey, SampleColumns
from muster.model.ids import AgentId
from muster.model.mark import Window


class SampleBatch(msgspec.Struct, frozen=True):
    """One look of one agent, checked, with the identity that makes a repeat recognisable."""

    key: BatchKey
    sha256: str
    columns: SampleColumns


class SeriesKey(NamedTuple):
    """What a series is stored under; `labels` as `muster.model.metric.to_labels` writes them."""

    agent_id: AgentId
    metric: str
    labels: str


class Series(NamedTuple):
    """Values on a grid, one for each bucket, None where there is no data."""

    key: SeriesKey
    values: list[float | None]


class LastSample(NamedTuple):
    """The newest sample of a series; `ts_us` in Unix microseconds."""

    key: SeriesKey
    ts_us: int
    value: float


class StaleWindow(NamedTuple):
    """A window whose rollups are out of date; `revision` changes with every sample that it gets."""

    window: Window
    revision: int


class WindowStore(Protocol):
    """Keeps the windows that got samples since they were rolled up."""

    def load_stale(self, *, before_s: int, limit: int) -> list[StaleWindow]:
        """Return windows that start before a time (Unix seconds), the oldest first. Blocks."""
        ...

    def forget_stale(self, windows: Sequence[StaleWindow]) -> None:
        """Take out those windows whose revision is still the same. Durable on return. Blocks."""
        ...

    async def oldest_stale(self, agents: Collection[AgentId]) -> int | None:
        """Return the start of the oldest such window of these agents (Unix seconds), None without any."""
        ...


class SampleStore(Protocol):
    """Keeps samples and their rollups. All methods may be called concurrently, from any thread."""

    def submit_batch(self, batch: SampleBatch, size_bytes: int) -> "Future[BatchOutcome]":
        """Store a batch unless it is stored already; durable when the future ends.

        Raises Overloaded at once; the future raises Conflict (code `sequence_conflict`) when the same
        sequence is stored with another content.
        """
        ...

    async def buckets(
        self, agents: Collection[AgentId], metrics: Collection[str], grid: Grid, *, rolled_until_s: int
    ) -> list[Series]:
        """Return every series of these metrics that has data in the grid.

        A gauge's value is the mean of its samples, a counter's its rise per second. Buckets before
        `rolled_until_s` (Unix seconds, start of a window) are read from rollups, the others from
        samples. Raises TooLarge beyond `MAX_SERIES` series.
        """
        ...

    async def last(self, agent_id: AgentId, *, since_us: int) -> list[LastSample]:
        """Return the newest sample of each series of an agent that is not older than `since_us`."""
        ...

    async def count_rows(self, agent_id: AgentId) -> int:
        """Count the stored samples of one agent, from the rows themselves."""
        ...


MAX_SERIES = 2_000
"""An answer has at most so many series."""
