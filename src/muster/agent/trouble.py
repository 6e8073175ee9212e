"""Trouble that lasts is logged when it begins, when it changes and when it ends, not each time it is met."""

import logging


class Trouble:
    """What is wrong with one thing, if anything."""

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._message = ""

    def met(self, message: str) -> None:
        """Note trouble; logged when it is not the one that was met last."""
        if message != self._message:
            self._log.warning("%s", message)
            self._message = message

    def over(self, message: str) -> None:
        """Note that all is well; logged when there was trouble."""
        if self._message:
            self._log.info("%s", message)
            self._message = ""
