"""The agent's way to the server: three requests over HTTP, each answered by an `Answer`."""

import ssl
from functools import partial
from pathlib import Path

import httpx
import msgspec

from muster.agent.outcome import Answer, Outcome, judge_status, parse_retry_after
from muster.agent.spooled import SpooledBatch
from muster.agent.thread import in_thread
from muster.errors import InvalidInput, SettingsError
from muster.model.batch import ARROW_STREAM, LOGS, MSGPACK
from muster.model.link import CheckinRequest, EnrolRequest, LinkError
from muster.model.release import Manifest

CONNECT_S = 10.0
REPLY_S = 30.0
CHUNK_BYTES = 1024 * 1024


class Link:
    """Kept connections to one server: each stream may send while a check-in is held. On the event loop only.

    A request that fails on its way is no exception but an answer: `Outcome.LATER`.
    """

    def __init__(
        self, server: str, *, ca_file: str = "", transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        """Raises SettingsError for an address or a certificate file that cannot be used."""
        self._client = httpx.AsyncClient(
            base_url=parse_server(server),
            transport=transport,
            verify=open_trust(server, ca_file),
            timeout=httpx.Timeout(REPLY_S, connect=CONNECT_S),
            limits=httpx.Limits(max_connections=8, max_keepalive_connections=4, keepalive_expiry=60.0),
            headers={"user-agent": "muster-agent"},
            trust_env=False,
        )

    async def enrol(self, token: str, request: EnrolRequest) -> Answer:
        """Ask for an id and a credential."""
        return await self._post("/agent/v1/enroll", token, msgspec.json.encode(request), timeout_s=REPLY_S)

    async def check_in(self, credential: str, request: CheckinRequest) -> Answer:
        """Say how the agent is; the server may hold the answer for `request.wait_s`."""
        body = msgspec.json.encode(request)
        return await self._post("/agent/v1/checkin", credential, body, timeout_s=request.wait_s + REPLY_S)

    async def send(self, credential: str, batch: SpooledBatch) -> Answer:
        """Deliver a batch; DONE means that it is stored, now or already before."""
        key = batch.key
        return await self._post(
            "/agent/v1/batches",
            credential,
            batch.body,
            timeout_s=REPLY_S,
            params={
                "stream": key.stream,
                "epoch": key.epoch,
                "sequence": str(key.sequence),
                "sha256": batch.sha256,
            },
            headers={
                "content-type": ARROW_STREAM if key.stream.startswith(LOGS) else MSGPACK,
                "content-encoding": "zstd",
            },
        )

    async def download(self, credential: str, manifest: Manifest, file: Path) -> Answer:
        """Write a package to a file, its content not checked yet.

        Raises OSError, and InvalidInput when it is longer than its manifest says.
        """
        left = manifest.size
        try:
            async with self._client.stream(
                "GET",
                f"/agent/v1/releases/{manifest.sha256}",
                headers={"authorization": f"Bearer {credential}", "accept-encoding": "identity"},
                timeout=httpx.Timeout(REPLY_S, connect=CONNECT_S),
            ) as response:
                if not response.is_success:
                    await response.aread()
                    return to_answer(response)
                with file.open("wb") as target:
                    async for chunk in response.aiter_bytes(CHUNK_BYTES):
                        left -= len(chunk)
                        if left < 0:
                            raise InvalidInput("the package is longer than was signed", field="size")
                        await in_thread(partial(target.write, chunk))
        except httpx.HTTPError as error:
            return Answer(Outcome.LATER, _no_contact(self._client.base_url, error))
        return Answer(Outcome.DONE)

    async def close(self) -> None:
        """Close the connections; requests that run fail."""
        await self._client.aclose()

    async def _post(
        self,
        path: str,
        bearer: str,
        body: bytes,
        *,
        timeout_s: float,
        params: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        try:
            response = await self._client.post(
                path,
                content=body,
                params=params,
                headers={
                    "content-type": "application/json",
                    **(headers or {}),
                    "authorization": f"Bearer {bearer}",
                },
                timeout=httpx.Timeout(timeout_s, connect=CONNECT_S),
            )
        except httpx.HTTPError as error:
            return Answer(Outcome.LATER, _no_contact(self._client.base_url, error))
        return to_answer(response)


def to_answer(response: httpx.Response) -> Answer:
    """Return what the server's answer means."""
    error = _parse_error(response) if response.is_error else None
    outcome = judge_status(response.status_code, error.code if error else "")
    if outcome is Outcome.DONE:
        return Answer(outcome, body=response.content)
    message = f"the server answered HTTP {response.status_code} to {response.request.url.path}"
    if error:
        message = f"{message}: {error.message} ({error.code})"
    return Answer(outcome, message, parse_retry_after(response.headers.get("retry-after", "")))


def _parse_error(response: httpx.Response) -> LinkError | None:
    """Return what our server says of an error; None when something else answered."""
    try:
        return msgspec.json.decode(response.content, type=LinkError)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def _no_contact(url: httpx.URL, error: httpx.HTTPError) -> str:
    return f"no contact with {url}: {str(error) or type(error).__name__}"


def parse_server(server: str) -> httpx.URL:
    """Return a server's address. Raises SettingsError."""
    try:
        url = httpx.URL(server)
    except httpx.InvalidURL as error:
        raise SettingsError(f"server {server!r}: {error}") from None
    if url.scheme not in ("http", "https") or not url.host:
        raise SettingsError(f"server {server!r}: expected http://HOST:PORT or https://HOST:PORT")
    return url


def open_trust(server: str, ca_file: str = "") -> ssl.SSLContext | bool:
    """Return whom to trust: the authorities of `ca_file`, else of this machine; nobody without https.

    Raises SettingsError.
    """
    if not server.startswith("https:"):
        return False
    try:
        return ssl.create_default_context(cafile=ca_file or None)
    except OSError as error:
        raise SettingsError(f"ca_file {ca_file}: {error.strerror or error}") from None
