"""What the parts of the agent share of its standing with the server."""

import asyncio

from muster.agent.identity import Identity, IdentityFile


class Session:
    """Who the agent is, and whether this process may speak for it. Used on the event loop only.

    `checked_in` is set from a successful check-in until something is wrong with it: nothing is
    sent before, so that of two processes with one identity only one sends.
    """

    def __init__(self, file: IdentityFile) -> None:
        """Raises SettingsError when the stored identity cannot be read."""
        self._file = file
        self.identity = file.load()
        self.checked_in = asyncio.Event()

    def adopt(self, identity: Identity) -> None:
        """Become another agent; durable on return."""
        self._file.save(identity)
        self.identity = identity
        self.checked_in.clear()
