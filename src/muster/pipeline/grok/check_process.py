"""A process of its own that tries patterns: `python -m muster.pipeline.grok.check_process`.

A pattern from outside may be built to cost time and memory. See `muster.pipeline.worker`.
"""

import msgspec

from muster.errors import MusterError
from muster.pipeline.grok.matcher import Grok
from muster.pipeline.grok.trouble import NoMatch
from muster.pipeline.worker import run


class CheckRequest(msgspec.Struct, frozen=True):
    """A line to hold against a pattern; `custom` has lines `NAME regex`."""

    line: str
    pattern: str
    custom: str


class Checked(msgspec.Struct, frozen=True):
    """The matched part and the raw captures, or what is wrong: its code and a message."""

    whole: str = ""
    fields: dict[str, str] = {}
    code: str = ""
    message: str = ""


def check(request: CheckRequest) -> Checked:
    """Try a pattern on a line."""
    try:
        grok = Grok([request.pattern], request.custom, is_engine_tried=True)
        found = grok.match_whole(request.line)
        if found is None:
            raise NoMatch("the pattern does not match the log")
    except MusterError as error:
        return Checked(code=error.code, message=error.message)
    return Checked(*found)


def main() -> None:
    """Serve this process's standard streams, with the engine loaded."""
    check(CheckRequest("a", "%{WORD:a}", ""))
    decoder, encoder = msgspec.msgpack.Decoder(CheckRequest), msgspec.msgpack.Encoder()
    run(lambda message: encoder.encode(check(decoder.decode(message))))


if __name__ == "__main__":
    main()
