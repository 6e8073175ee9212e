"""A client of a running server, for commands."""

import functools
import os
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click
import httpx
import msgspec

from muster.errors import CallerError, Conflict, InvalidInput, MusterError, Unavailable

DEFAULT_URL = "http://127.0.0.1:8080"
TIMEOUT_S = 30.0
TRIES = 5
LONGEST_WAIT_S = 30.0
RECONNECT_S = 2.0
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

Handler = Callable[..., Any]
Wait = Callable[[float], object]
QueryValue = str | list[str] | None


class Client:
    """Asks one server. `token` empty: none is sent, which does for surfaces that the server opened.

    `ca_file` holds the authorities that vouch for an https server, instead of this machine's.
    A server that is overloaded is asked again up to five times, each after the time it names;
    `wait` pauses for that many seconds.
    """

    def __init__(
        self,
        url: str,
        token: str = "",
        *,
        ca_file: Path | None = None,
        transport: httpx.BaseTransport | None = None,
        wait: Wait | None = None,
    ) -> None:
        self._url = _checked(url)
        self._token = token
        self._wait = wait or threading.Event().wait
        self._http = httpx.Client(
            base_url=self._url,
            headers={"Authorization": f"Bearer {token}"} if token else {},
            timeout=TIMEOUT_S,
            transport=transport,
            verify=_trust(ca_file),
            trust_env=self._url.host not in LOOPBACK,
        )

    def get(self, path: str, **query: QueryValue) -> bytes:
        """Return the body of an answer; a list in the query is repeated.

        Raises CallerError (409: Conflict) or Unavailable with the reason.
        """
        return self._ask("GET", path, query, None)

    def chunks(self, path: str, **query: QueryValue) -> Iterator[bytes]:
        """Yield a long answer piece by piece.

        Raises like `get` when the server refuses, Unavailable when the answer breaks off.
        """
        try:
            with self._http.stream("GET", path, params=_given(query)) as answer:
                if not answer.is_success:
                    answer.read()
                    raise self._refusal(answer)
                yield from answer.iter_bytes()
        except httpx.HTTPError as error:
            raise Unavailable(f"{self._url}: {error or type(error).__name__}") from None

    def post(
        self, path: str, body: bytes, *, idempotency_key: str | None = None, **query: QueryValue
    ) -> bytes:
        """Send JSON and return the body of the answer. Raises like `get`.

        With a key the server stores a body once, however often it is sent.
        """
        return self._ask("POST", path, query, body, idempotency_key)

    def put(self, path: str, body: bytes) -> bytes:
        """Replace something by JSON and return the body of the answer. Raises like `get`."""
        return self._ask("PUT", path, {}, body)

    def delete(self, path: str, **query: QueryValue) -> bytes:
        """Delete something and return the body of the answer. Raises like `get`."""
        return self._ask("DELETE", path, query, None)

    def events(self, path: str, **query: QueryValue) -> Iterator[tuple[str, str]]:
        """Yield kind and data of server-sent events; a connection that breaks is made again where it was.

        Raises like `get` when the server refuses.
        """
        last = ""
        while True:
            headers = {"Last-Event-ID": last} if last else {}
            try:
                with self._http.stream("GET", path, params=_given(query), headers=headers) as answer:
                    if not answer.is_success:
                        answer.read()
                        raise self._refusal(answer)
                    for event in _events(answer.iter_lines()):
                        last = event.get("id") or last
                        yield event.get("event", ""), event.get("data", "")
            except httpx.HTTPError as error:
                if not last:
                    raise Unavailable(f"{self._url}: {error or type(error).__name__}") from None
            self._wait(RECONNECT_S)

    def status_of_post(self, path: str, body: bytes) -> int:
        """Send JSON once and return the status of the answer, whatever it is. Raises Unavailable."""
        headers = {"Content-Type": "application/json"}
        return self._send(self._http.build_request("POST", path, content=body, headers=headers)).status_code

    def ping(self) -> None:
        """Raise Unavailable or CallerError unless a server answers; it needs no token."""
        self.get("/health")

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, QueryValue],
        body: bytes | None,
        idempotency_key: str | None = None,
    ) -> bytes:
        headers = {} if body is None else {"Content-Type": "application/json"}
        if idempotency_key is not None:
            headers["Idempotency-Key"] = idempotency_key
        request = self._http.build_request(method, path, params=_given(query), content=body, headers=headers)
        for left in reversed(range(TRIES)):
            answer = self._send(request)
            if left and answer.status_code in (429, 503) and "Retry-After" in answer.headers:
                self._wait(_seconds(answer.headers["Retry-After"]))
                continue
            break
        if answer.is_success:
            return answer.content
        raise self._refusal(answer)

    def _refusal(self, answer: httpx.Response) -> MusterError:
        reason = f"{_reason(answer)} (HTTP {answer.status_code} from {self._url})"
        if answer.status_code == 401 and not self._token:
            reason += "; name a token with --token-file or MUSTER_TOKEN"
        if answer.status_code == 409:
            return Conflict(reason)
        return CallerError(reason) if answer.status_code < 500 else Unavailable(reason)

    def _send(self, request: httpx.Request) -> httpx.Response:
        try:
            return self._http.send(request)
        except httpx.ConnectError as error:
            if "CERTIFICATE_VERIFY_FAILED" in str(error):
                hint = "name the authorities that vouch for it with --ca-file"
                raise Unavailable(f"{self._url} is not trusted: {error}; {hint}") from None
            raise Unavailable(f"no server at {self._url}: {error}") from None
        except httpx.TimeoutException:
            raise Unavailable(f"{self._url} did not answer within {TIMEOUT_S:g} s") from None
        except httpx.HTTPError as error:
            raise Unavailable(f"{self._url}: {error or type(error).__name__}") from None


def _given(query: Mapping[str, QueryValue]) -> dict[str, str | list[str]]:
    return {name: value for name, value in query.items() if value is not None}


def _events(lines: Iterable[str]) -> Iterator[dict[str, str]]:
    """Yield the fields of each event of a stream; they end with an empty line."""
    event: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(": ")
        if line:
            event[name] = value
        elif event:
            yield event
            event = {}


def client_options(handler: Handler) -> Handler:
    """Add --server, --token-file and --ca-file; the command gets a `client` that is closed after it."""

    @click.option(
        "--server",
        "url",
        metavar="URL",
        envvar="MUSTER_URL",
        default=DEFAULT_URL,
        help=f"The server to ask; else $MUSTER_URL.  [default: {DEFAULT_URL}]",
    )
    @click.option(
        "--token-file", metavar="FILE", type=Path, help="Holds the access token; else $MUSTER_TOKEN is used."
    )
    @click.option(
        "--ca-file",
        metavar="FILE",
        type=Path,
        envvar="MUSTER_CA_FILE",
        help="Trust these authorities for https; else $MUSTER_CA_FILE, else this machine's.",
    )
    @functools.wraps(handler)
    def with_client(*args: Any, url: str, token_file: Path | None, ca_file: Path | None, **rest: Any) -> Any:
        client = Client(url, read_token(token_file, os.environ), ca_file=ca_file)
        try:
            return handler(*args, client=client, **rest)
        finally:
            client.close()

    return with_client


def read_token(file: Path | None, environ: Mapping[str, str]) -> str:
    """Return the token of a file, else of MUSTER_TOKEN, else nothing. Raises InvalidInput."""
    if file is None:
        token = environ.get("MUSTER_TOKEN", "").strip()
    else:
        try:
            token = file.read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidInput(f"{file}: {error}", field="--token-file") from None
    if not token.isascii() or not token.isprintable():
        raise InvalidInput("a token has printable ASCII characters only", field="token")
    return token


def _trust(ca_file: Path | None) -> ssl.SSLContext | bool:
    """Return whom to trust. Raises InvalidInput when the file holds no certificates."""
    if ca_file is None:
        return True
    try:
        return ssl.create_default_context(cafile=str(ca_file))
    except OSError as error:
        raise InvalidInput(f"{ca_file}: {error.strerror or error}", field="--ca-file") from None


def _checked(text: str) -> httpx.URL:
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as error:
        raise InvalidInput(f"{text!r} is not a URL: {error}", field="--server") from None
    if url.scheme not in ("http", "https") or not url.host:
        raise InvalidInput(f"expected http://HOST:PORT, got {text!r}", field="--server")
    return url


def _seconds(text: str) -> float:
    return min(float(text), LONGEST_WAIT_S) if text.isdecimal() else 1.0


def _reason(answer: httpx.Response) -> str:
    """Return what the server says is wrong, whichever of its error shapes it uses."""
    try:
        shape = msgspec.json.decode(answer.content, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return answer.reason_phrase or "no reason given"
    envelope = shape.get("error")
    if isinstance(envelope, dict):
        return str(envelope.get("external") or answer.reason_phrase)
    return str(envelope or shape.get("message") or shape.get("detail") or answer.reason_phrase)
