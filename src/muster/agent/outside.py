"""The address from which the world sees this machine, as services on the internet tell it."""

import asyncio
import ipaddress
import logging
from collections.abc import Sequence

import httpx

from muster.agent.clock import Clock
from muster.agent.link import open_trust
from muster.agent.trouble import Trouble
from muster.errors import SettingsError

TIMEOUT_S = 3.0
PERIOD_S = 600.0
MAX_ANSWER_BYTES = 256

_log = logging.getLogger(__name__)


class OutsideAddress:
    """Asks services one after another until one answers with an address; again every 10 minutes.

    `address` is empty until then, and again when none answers.
    """

    def __init__(
        self, urls: Sequence[str], clock: Clock, *, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        """Raises SettingsError for a URL that is none of http or https."""
        self._urls = tuple(_parse_service(url) for url in urls)
        self._clock = clock
        self._transport = transport
        self._trouble = Trouble(_log)
        self.address = ""

    async def run(self) -> None:
        """Ask until cancelled."""
        while True:
            self.address = await self.ask()
            await self._clock.sleep(PERIOD_S)

    async def ask(self) -> str:
        """Return the first answer that is an IP address; empty when there is none. Never raises."""
        reasons = []
        for url in self._urls:
            try:
                async with asyncio.timeout(TIMEOUT_S):
                    address = _parse_address(await self._get(url))
            except TimeoutError:
                reasons.append(f"{url.host}: no answer within {TIMEOUT_S:g} s")
            except (httpx.HTTPError, ValueError) as error:
                reasons.append(f"{url.host}: {error or type(error).__name__}")
            else:
                self._trouble.over(f"{url.host} tells the outside address again")
                return address
        self._trouble.met(f"the outside address is not known: {'; '.join(reasons)}")
        return ""

    async def _get(self, url: httpx.URL) -> bytes:
        """Return what a service answers, cut when it is long. Raises httpx.HTTPError or ValueError."""
        trust = open_trust(str(url))
        async with (
            httpx.AsyncClient(transport=self._transport, verify=trust, trust_env=False) as client,
            client.stream("GET", url, headers={"user-agent": "muster-agent"}) as response,
        ):
            if response.status_code != httpx.codes.OK:
                raise ValueError(f"HTTP {response.status_code}")
            body = b""
            async for chunk in response.aiter_bytes(MAX_ANSWER_BYTES):
                body += chunk
                if len(body) > MAX_ANSWER_BYTES:
                    break
            return body


def _parse_address(body: bytes) -> str:
    """Return the address that an answer is. Raises ValueError."""
    try:
        return str(ipaddress.ip_address(body.decode("ascii").strip()))
    except ValueError:
        raise ValueError("the answer is no IP address") from None


def _parse_service(text: str) -> httpx.URL:
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as error:
        raise SettingsError(f"agent.outside_address_urls: {text!r}: {error}") from None
    if url.scheme not in ("http", "https") or not url.host:
        raise SettingsError(f"agent.outside_address_urls: {text!r}: expected http://... or https://...")
    return url
