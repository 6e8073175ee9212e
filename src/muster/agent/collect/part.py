"""A part of a look at the machine, which may fail alone."""

import logging
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from muster.agent.collect.sample import Sample

T = TypeVar("T")

_log = logging.getLogger("muster.agent.collect")


class Part(Generic[T]):
    """What one collector sees; its samples are of a group of `model.metric_groups`.

    `seen` is None while it cannot be read.
    The first failure is logged, the others are not until it works again; that is logged, too.
    """

    def __init__(
        self,
        name: str,
        read: Callable[[], T],
        to_samples: Callable[[T], Iterable[Sample]] | None = None,
        group: str = "",
    ) -> None:
        self.name = name
        self.group = group
        self.seen: T | None = None
        self._read = read
        self._to_samples = to_samples
        self._is_broken = False

    def look(self) -> None:
        """Read anew."""
        self.seen = None
        try:
            self.seen = self._read()
        except Exception as error:  # noqa: BLE001 the boundary of a part: the others go on
            self._fail(error)
            return
        if self._is_broken:
            self._is_broken = False
            _log.info("reading %s again", self.name)

    def skip(self) -> None:
        """See nothing this time."""
        self.seen = None

    def samples(self) -> list[Sample]:
        """Return what was seen last as samples; none when it could not be read."""
        if self._to_samples is None or self.seen is None:
            return []
        try:
            return list(self._to_samples(self.seen))
        except Exception as error:  # noqa: BLE001 the boundary of a part: the others go on
            self._fail(error)
            return []

    def _fail(self, error: Exception) -> None:
        if not self._is_broken:
            self._is_broken = True
            _log.warning("cannot read %s: %s: %s", self.name, type(error).__name__, error)
