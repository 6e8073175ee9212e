"""What every sender has: options, and how it is opened."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Protocol

from msgspec import Meta

from muster.pipeline.component import Spec

Record = dict[str, str]
"""A row: its fields, and `timestamp` (RFC 3339), `level`, `source` and `message` where it has them."""


class DeliveryFailed(Exception):
    """Records could not be handed over now; the same ones are tried again later."""


class Target(Protocol):
    """A place where records go. Not called concurrently, but from any thread."""

    def deliver(self, records: list[Record]) -> None:
        """Hand over all records. Raises DeliveryFailed, OSError: all of them are handed over again then."""
        ...

    def close(self) -> None:
        """Let go of everything. May be called twice."""
        ...


@dataclass(frozen=True, slots=True)
class Door:
    """What a sender may ask of the process that runs it: `allows` tells whether it may use a path."""

    allows: Callable[[str], bool] = lambda path: True


class SenderSpec(Spec, frozen=True, kw_only=True):
    """The options of every sender. What the original calls fault tolerance is the spool, for all of them."""

    name: Annotated[str, Meta(description="A name for people")] = ""
    fault_tolerant: Annotated[bool, Meta(description="No effect: all rows are spooled")] = True
    ft_strategy: Annotated[str, Meta(description="No effect: all rows are spooled")] = ""
    ft_procs: Annotated[int, Meta(ge=0, description="No effect: batches are sent in order")] = 1
    ft_save_log_path: Annotated[str, Meta(description="No effect: the agent has one spool")] = ""
    ft_sync_every: Annotated[int, Meta(description="No effect: each batch is durable")] = 10
    ft_write_limit: Annotated[int, Meta(description="No effect")] = 0
    ft_memory_channel: Annotated[bool, Meta(description="No effect")] = False
    ft_memory_channel_size: Annotated[int, Meta(description="No effect")] = 100
    ft_discard_failed_data: Annotated[bool, Meta(description="No effect: nothing is dropped")] = False
    ft_long_data_discard: Annotated[bool, Meta(description="No effect: nothing is dropped")] = False
    max_disk_used_bytes: Annotated[int, Meta(description="No effect: see `[agent] spool_bytes`")] = 0
    max_size_per_file: Annotated[int, Meta(description="No effect")] = 0

    def open(self, door: Door) -> Target:
        """Return where records go. Raises InvalidInput."""
        raise NotImplementedError


def iter_records(body: bytes) -> Iterator[Record]:
    """Yield the rows of a batch of logs, an Arrow IPC stream."""
    import polars

    rows: Any = polars.read_ipc_stream(body)
    rows = rows.with_columns(polars.col("ts").dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ"))
    for ts, level, source, message, names, values in rows.iter_rows():
        own = {"timestamp": ts, "level": level, "source": source, "message": message}
        yield {name: text for name, text in own.items() if text} | dict(zip(names, values, strict=True))
