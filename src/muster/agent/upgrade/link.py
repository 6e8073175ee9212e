"""The way to the server of an agent that can be upgraded."""

from pathlib import Path

import httpx
import msgspec

from muster.agent.link import Link
from muster.agent.outcome import Answer, Outcome
from muster.agent.upgrade.upgrader import Upgrader
from muster.model.link import CheckinReply, CheckinRequest
from muster.model.release import UPGRADE, Manifest


class UpgradingLink(Link):
    """Says with each check-in how far upgrades are, and takes the commands that are about them."""

    def __init__(
        self,
        server: str,
        upgrader: Upgrader,
        *,
        ca_file: str = "",
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Raises SettingsError as `Link` does."""
        super().__init__(server, ca_file=ca_file, transport=transport)
        self._upgrader = upgrader
        self._credential = ""

    async def check_in(self, credential: str, request: CheckinRequest) -> Answer:
        """See `Link`; a command to upgrade is not in the answer any more."""
        self._credential = credential
        request = self._upgrader.add_to(request)
        answer = await super().check_in(credential, request)
        if answer.outcome is not Outcome.DONE:
            return answer
        try:
            reply = msgspec.json.decode(answer.body, type=CheckinReply)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return answer
        self._upgrader.told(request)
        orders = [command for command in reply.commands if command.kind == UPGRADE]
        if not orders:
            return answer
        for command in orders:
            self._upgrader.order(command)
        others = [command for command in reply.commands if command.kind != UPGRADE]
        rest = msgspec.structs.replace(reply, commands=others)
        return msgspec.structs.replace(answer, body=msgspec.json.encode(rest))

    async def fetch(self, manifest: Manifest, file: Path) -> Answer:
        """Write a package to a file. Raises OSError, InvalidInput when it is longer than was signed."""
        return await self.download(self._credential, manifest, file)
