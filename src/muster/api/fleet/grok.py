"""`POST /v1/api/grok/check`: a line held against a pattern, in a process that may be ended."""

import base64
import sys
from collections.abc import Sequence

import msgspec
from litestar import post

from muster.api.fleet import body_docs
from muster.api.fleet.bodies import read_body
from muster.api.fleet.control import READ
from muster.api.http.live import Live
from muster.api.http.requests import AnyRequest
from muster.api.http.worker import TooCostly, Worker
from muster.errors import InvalidInput, TooLarge, Unavailable

WHOLE = "grokInternalCustomSemantic"
"""The field of the answer that has the part of the log that the pattern took."""

MAX_BYTES = 64 * 1024
CHECK_S = 0.4
WAIT_S = 0.4

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
        self._worker = Worker(argv, "the process that tries patterns", ask_s=check_s, wait_s=wait_s)

    async def check(self, line: str, pattern: str, custom: str) -> dict[str, str]:
        """Return the raw captures and the matched part.

        Raises InvalidInput when the pattern cannot be used, does not match, or costs too much to try;
        Overloaded when others wait already; Unavailable when there is no process that could try it.
        """
        message = msgspec.msgpack.encode({"line": line, "pattern": pattern, "custom": custom})
        try:
            checked = msgspec.msgpack.decode(await self._worker.ask(message), type=_Checked)
        except TooCostly:
            raise InvalidInput(
                f"the pattern costs more than {self._worker.ask_s:g} s or too much memory", field="pattern"
            ) from None
        if checked.code == "no_grok_engine":
            raise Unavailable(checked.message)
        if checked.code:
            raise InvalidInput(checked.message)
        return checked.fields | {WHOLE: checked.whole}

    async def close(self) -> None:
        """End the process, if there is one."""
        await self._worker.close()


class GrokSurface(msgspec.Struct, frozen=True):
    """The parts behind this route."""

    checks: GrokChecks
    live: Live


@post(
    "/grok/check",
    opt=READ,
    summary="Try a grok pattern on a line",
    operation_class=body_docs.GROK_CHECK,
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
    except ValueError as error:
        raise InvalidInput(f"expected base64 of UTF-8 text: {error}", field=field) from None
    _check_text(decoded, field)
    return decoded


def _check_text(text: str, field: str) -> None:
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise TooLarge(f"{field}: at most {MAX_BYTES} bytes are tried")
    if "\0" in text:
        raise InvalidInput("text must not contain U+0000", field=field)
