"""The sender `discard`."""

from muster.pipeline.senders.sender import Door, Record, SenderSpec


class DiscardSpec(SenderSpec, frozen=True, kw_only=True):
    """Sends nowhere: rows are counted and let go."""

    TYPES = ("discard",)

    def open(self, door: Door) -> "Nowhere":
        """Return what takes everything."""
        return Nowhere()


class Nowhere:
    """Takes everything."""

    def deliver(self, records: list[Record]) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""
