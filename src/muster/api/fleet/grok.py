"""`POST /v1/api/grok/check`: a line held against a pattern, in a process that may be ended."""

import asyncio
import base64
import binascii
import contextlib
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence

import msgspec
from litestar import post

from muster.api.fleet.bodies import object_operation, read_body
from muster.api.fleet.control import READ
from muster.api.http.live import Live
from muster.api.http.requests import AnyRequest
from muster.errors import InvalidInput, Overloaded, TooLarge, Unavailable

WHOLE = "grokInternalCustomSemantic"
"""The field of the answer that has the part of the log that the pattern took."""

MAX_BYTES = 64 * 1024
CHECK_S = 0.4
WAIT_S = 0.4
START_S = 20.0
CLOSE_S = 2.0

_WORKER = (sys.executable, "-m", "muster.pipeline.grok.check_process")


class GrokCheck(msgspec.Struct, frozen=True):
    """The body; both patterns are base64 of UTF-8 text."""

    log: str
    pattern: str
    custom_pattern: str | None = ""


class _Checked(msgspec.Struct, frozen=True):
    whole: str
    fields: dict[str, str]
    code: str
    message: str


class GrokChecks:
    """Tries patterns one at a time. Belongs to one event loop; `close` ends its process."""

    def __init__(
        self, argv: Sequence[str] = _WORKER, *, check_s: float = CHECK_S, wait_s: float = WAIT_S
    ) -> None:
        self._argv = tuple(argv)
        self._check_s = check_s
        self._wait_s = wait_s
        self._one_at_a_time = asyncio.Lock()
        self._starting: asyncio.Task[Process] | None = None

    async def check(self, line: str, pattern: str, custom: str) -> dict[str, str]:
        """Return the raw captures and the matched part.

        Raises InvalidInput when the pattern cannot be used, does not match, or costs too much to try;
        Overloaded when others wait already; Unavailable when there is no process that could try it.
        """
        try:
            async with asyncio.timeout(self._wait_s):
                await self._one_at_a_time.acquire()
        except TimeoutError:
            raise Overloaded("too many patterns wait to be tried") from None
        try:
            checked = await self._checked({"line": line, "pattern": pattern, "custom": custom})
        finally:
            self._one_at_a_time.release()
        if checked.code == "no_grok_engine":
            raise Unavailable(checked.message)
        if checked.code:
            raise InvalidInput(checked.message)
        return checked.fields | {WHOLE: checked.whole}

    async def close(self) -> None:
        """End the process, if there is one."""
        starting, self._starting = self._starting, None
        if starting is None:
            return
        # A process whose creation is cancelled half-way would be lost.
        await asyncio.wait((starting,), timeout=CLOSE_S)
        starting.cancel()
        with contextlib.suppress(asyncio.CancelledError, OSError, EOFError, TimeoutError):
            await _end(await starting)

    async def _checked(self, message: dict[str, str]) -> _Checked:
        process = await self._running()
        try:
            async with asyncio.timeout(self._check_s):
                _send(process, msgspec.msgpack.encode(message))
                return msgspec.msgpack.decode(await _receive(process), type=_Checked)
        except (OSError, EOFError, TimeoutError):
            self._restart(process)
            raise InvalidInput(
                f"the pattern costs more than {self._check_s:g} s or too much memory", field="pattern"
            ) from None
        except BaseException:
            # Its answer would be taken for the next one's.
            self._restart(process)
            raise

    async def _running(self) -> Process:
        """Return the process, ready. Raises Unavailable."""
        if self._starting is None:
            self._starting = asyncio.create_task(self._start())
        try:
            process = await asyncio.shield(self._starting)
        except (OSError, EOFError, TimeoutError) as error:
            self._starting = None
            raise Unavailable(
                f"the process that tries patterns does not start: {type(error).__name__}"
            ) from None
        if process.returncode is None:
            return process
        self._starting = None
        return await self._running()

    async def _start(self, last: Process | None = None) -> Process:
        if last is not None:
            await _end(last)
        process = await asyncio.create_subprocess_exec(*self._argv, stdin=PIPE, stdout=PIPE, stderr=DEVNULL)
        try:
            async with asyncio.timeout(START_S):
                await _receive(process)
        except BaseException:
            await _end(process)
            raise
        return process

    def _restart(self, process: Process) -> None:
        """End a process and start the next, so that it is ready when it is asked."""
        self._starting = asyncio.create_task(self._start(process))


class GrokSurface(msgspec.Struct, frozen=True):
    """The parts behind this route."""

    checks: GrokChecks
    live: Live


@post(
    "/grok/check",
    opt=READ,
    summary="Try a grok pattern on a line",
    operation_class=object_operation(),
    status_code=200,
)
async def check_grok(request: AnyRequest, grok_surface: GrokSurface) -> dict[str, str]:
    """Return each field as the text that it captured, and the whole matched text."""
    body = await read_body(request, grok_surface.live, GrokCheck)
    pattern = decode_pattern(body.pattern, "pattern")
    if not pattern.strip():
        raise InvalidInput("expected a grok pattern", field="pattern")
    custom = decode_pattern(body.custom_pattern or "", "custom_pattern")
    _check_text(body.log, "log")
    return await grok_surface.checks.check(body.log, pattern, custom)


HANDLERS = (check_grok,)


def decode_pattern(text: str, field: str) -> str:
    """Return base64 (of either alphabet) as text. Raises InvalidInput, TooLarge."""
    if len(text) > MAX_BYTES * 4 // 3 + 4:
        raise TooLarge(f"{field}: at most {MAX_BYTES} bytes are tried")
    try:
        decoded = base64.b64decode(text.translate({45: "+", 95: "/"}), validate=True).decode()
    except (binascii.Error, UnicodeError) as error:
        raise InvalidInput(f"expected base64 of UTF-8 text: {error}", field=field) from None
    _check_text(decoded, field)
    return decoded


def _check_text(text: str, field: str) -> None:
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise TooLarge(f"{field}: at most {MAX_BYTES} bytes are tried")
    if "\0" in text:
        raise InvalidInput("text must not contain U+0000", field=field)


def _send(process: Process, message: bytes) -> None:
    assert process.stdin is not None  # noqa: S101 it is a pipe
    process.stdin.write(len(message).to_bytes(4) + message)


async def _receive(process: Process) -> bytes:
    assert process.stdout is not None  # noqa: S101 it is a pipe
    size = int.from_bytes(await process.stdout.readexactly(4))
    return await process.stdout.readexactly(size)


async def _end(process: Process) -> None:
    """Kill it at once, for it holds nothing, and wait until it is gone and its pipes are closed."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
    assert process.stdin is not None  # noqa: S101 it is a pipe
    process.stdin.close()
    with contextlib.suppress(OSError):
        await process.stdin.wait_closed()
    await process.wait()
