"""What the parts of the agent share of its standing with the server."""

import asyncio
from typing import Protocol

from muster.agent.identity import Identity


class IdentityStore(Protocol):
    """Where an identity outlives this process."""

    def load(self) -> Identity | None:
        """Return what is stored. Raises SettingsError when it cannot be read."""
        ...

    def save(self, identity: Identity) -> None:
        """Replace what is stored; durable on return."""
        ...


class Session:
    """Who the agent is, and whether this process may speak for it. Used on the event loop only.

    `checked_in` is set from a successful check-in until something is wrong with it: nothing is
    sent before, so that of two processes with one identity only one sends.
    """

    def __init__(self, file: IdentityStore) -> None:
        """Raises SettingsError when the stored identity cannot be read."""
        self._file = file
        self.identity = file.load()
        self.checked_in = asyncio.Event()

    def adopt(self, identity: Identity) -> None:
        """Become another agent; durable on return."""
        self._file.save(identity)
        self.identity = identity
        self.checked_in.clear()
