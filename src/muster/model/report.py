"""The host report: one look at one machine (source 1, host reports)."""

import re
from typing import Annotated

import msgspec

from muster.errors import InvalidInput
from muster.model.ids import ReportId

MAX_REPORT_BYTES = 4 * 1024 * 1024
"""A report's JSON may be this long; about 100 000 processes."""

Percent = Annotated[float, msgspec.Meta(ge=0, le=100)]
UnixSeconds = Annotated[int, msgspec.Meta(ge=0, le=253_402_300_799)]
Port = Annotated[int, msgspec.Meta(ge=1, le=65_535)]
Pid = Annotated[int, msgspec.Meta(ge=0, le=2**32 - 1)]
MAX_LABEL = 4096
Label = Annotated[str, msgspec.Meta(max_length=MAX_LABEL)]

_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
RESERVED_IDS = frozenset({"list", "last", "avg"})
"""These follow `/reports/` in a path of their own."""

_ESCAPED_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


class OsInfo(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `platform.uname()` says; any of them may be empty."""

    machine: Label
    node: Label
    processor: Label
    release: Label
    system: Label
    version: Label


class Ports(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """The watched ports, split by whether any TCP or UDP socket has them as its local port."""

    in_use: list[Port]
    not_in_use: list[Port]


class Report(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One report, its fields in the order in which they are written.

    `cpu`, `memory` and each `disk_space` are percent used; `date` (when collection began)
    and `boot_time` are Unix seconds; `process` maps a name to the pids that carry it.
    """

    boot_time: UnixSeconds
    cpu: Percent
    date: UnixSeconds
    disk_space: dict[Label, Percent]
    id: str
    memory: Percent
    os: OsInfo
    ports: Ports
    process: dict[Label, list[Pid]]


class Average(msgspec.Struct, frozen=True):
    """Mean `cpu` and `memory`, in percent, over a span of reports."""

    cpu: float
    memory: float


_decoder = msgspec.json.Decoder(Report)
_encoder = msgspec.json.Encoder()


def parse_report(body: bytes | str) -> Report:
    """Return the report that a JSON document holds.

    Raises InvalidInput, naming the field, when the document is not JSON, lacks a field, has an
    unknown one, or holds a value out of range or U+0000.
    """
    if len(body) > MAX_REPORT_BYTES:
        raise InvalidInput(f"a report has at most {MAX_REPORT_BYTES} bytes, this one has {len(body)}")
    try:
        report = _decoder.decode(body)
    except msgspec.ValidationError as error:
        raise _invalid(error) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidInput(f"not a JSON document: {error}") from None
    except RecursionError:
        raise InvalidInput("nested too deeply") from None
    parse_report_id(report.id)
    if _ESCAPED_NUL.search(to_json(report)):
        raise InvalidInput("text must not contain U+0000")
    return report


def to_json(report: Report) -> bytes:
    """Return the report as one JSON object in UTF-8, without spaces, fields in declared order."""
    return _encoder.encode(report)


def parse_report_id(text: str) -> ReportId:
    """Return `text` as a report id. Raises InvalidInput when it has other characters than an id may."""
    if not _ID.fullmatch(text):
        raise InvalidInput("expected 1-128 of A-Z, a-z, 0-9, '_' and '-'", field="id")
    if text in RESERVED_IDS:
        raise InvalidInput(f"{text!r} is a path of its own, not an id", field="id")
    return ReportId(text)


def _invalid(error: msgspec.ValidationError) -> InvalidInput:
    """Turn `Expected int - at `$.ports.inUse[0]`` into an error whose field is `ports.inUse[0]`."""
    message, _, path = str(error).partition(" - at `$")
    return InvalidInput(message, field=path.rstrip("`").lstrip(".") or None)
