"""Trouble that lasts is logged when it begins, when it changes and when it ends, not each time it is met."""

import logging
import math
import time
from collections.abc import Callable


class Trouble:
    """What is wrong with one thing, if anything.

    What only a person can mend is said again after `repeat_s`; `monotonic_s` tells the time.
    """

    def __init__(
        self,
        log: logging.Logger,
        *,
        repeat_s: float = math.inf,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._log = log
        self._repeat_s = repeat_s
        self._monotonic_s = monotonic_s
        self._message = ""
        self._said_s = 0.0

    def met(self, message: str) -> None:
        """Note trouble; logged when it is not the one that was met last, or that was said long ago."""
        now_s = self._monotonic_s()
        if message != self._message or now_s - self._said_s >= self._repeat_s:
            self._log.warning("%s", message)
            self._message = message
            self._said_s = now_s

    def over(self, message: str) -> None:
        """Note that all is well; logged when there was trouble."""
        if self._message:
            self._log.info("%s", message)
            self._message = ""
