"""The parser `syslog`: RFC 3164, RFC 5424, and the framing of RFC 6587."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from muster.pipeline.batch import LINE, first_of
from muster.pipeline.component import Surroundings
from muster.pipeline.grok.dates import Dates
from muster.pipeline.parsers.parser import Parse, Parsed, ZonedSpec, no_reasons, reasons_where
from muster.pipeline.schema import ToText, mapped

if TYPE_CHECKING:
    import polars

FACILITIES = (
    *("kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp"),
    *("ntp", "audit", "alert", "clock"),
    *(f"local{number}" for number in range(8)),
)
SEVERITIES = ("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug")
"""Names by number, RFC 5424 section 6.2.1."""

_RFC5424 = (
    r"(?s)^<(?P<priority>[0-9]{1,3})>(?P<version>[1-9][0-9]{0,2}) (?P<timestamp>\S+) (?P<hostname>\S+)"
    r" (?P<app_name>\S+) (?P<proc_id>\S+) (?P<msg_id>\S+)"
    r' (?P<structured_data>-|(?:\[(?:[^"\]]|"(?:[^"\\]|\\.)*")*\])+)(?: ?(?P<message>.*))?$'
)
_RFC3164 = (
    r"(?s)^(?:<(?P<priority>[0-9]{1,3})>)?(?:[0-9]+: )?"
    r"(?P<timestamp>[A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{8}|[0-9]{4}-[0-9]{2}-[0-9]{2}T\S+)"
    r" (?P<hostname>\S+) (?:(?P<tag>[^\s:\[]{1,128})(?:\[(?P<proc_id>[^\]]*)\])?: ?)?(?P<content>.*)$"
)
_FRAME = r"(?s)^[0-9]{1,10} (<[0-9]{1,3}>.*)$"
_REASON = "not a syslog message"


class SyslogSpec(ZonedSpec, frozen=True, kw_only=True):
    """Reads syslog messages, one on each line or in each frame.

    RFC 5424 gives `app_name`, `proc_id`, `msg_id`, `structured_data` and `message`; RFC 3164 `tag`,
    `proc_id` and `content`. Both give `priority` with `facility`, `severity` and their names in
    `facility_detail` and `severity_detail`, `hostname`, and `timestamp`.
    """

    TYPES = ("syslog",)

    syslog_rfc: Annotated[
        Literal["automic", "automatic", "rfc3164", "rfc5424", "rfc6587"],
        Meta(description="What is read; `automic`: each line as what it is; rfc6587: a length goes before"),
    ] = "automic"
    syslog_maxline: Annotated[int, Meta(ge=0, description="No effect: a message is one line or frame")] = 100

    def open(self, around: Surroundings) -> Parse:
        """Return what parses. A time without a year is of the latest that is not ahead."""
        to_text = Dates(self.offset_h, around.now).to_rfc3339
        return lambda rows: self._parse(rows.get_column(LINE), to_text)

    def _parse(self, lines: "polars.Series", to_text: ToText) -> Parsed:
        lines = lines.str.strip_chars_end("\r\n\0")
        if self.syslog_rfc in ("automic", "automatic", "rfc6587"):
            lines = first_of(lines.str.extract(_FRAME), lines)
        columns = _captures(lines, () if self.syslog_rfc == "rfc3164" else (_RFC5424,))
        if self.syslog_rfc != "rfc5424":
            columns = _merged(columns, _captures(lines, (_RFC3164,)))
        columns["timestamp"] = mapped(columns["timestamp"], to_text)
        priority = columns.pop("priority")
        columns = {**_codes(priority), **columns}
        matched = columns["hostname"].is_not_null()
        columns["hostname"] = columns["hostname"].set((columns["hostname"] == "-").fill_null(False), None)
        kept = [c.alias(name) for name, c in columns.items() if c.null_count() < len(c)]
        reasons = no_reasons(len(lines)) if matched.all() else reasons_where(~matched, _REASON)
        return Parsed(kept, reasons)


def _captures(lines: "polars.Series", regexes: tuple[str, ...]) -> "dict[str, polars.Series]":
    if not regexes:
        return {}
    frame = lines.str.extract_groups(regexes[0]).struct.unnest()
    empty = ("", "-")
    return {
        name: column.set(column.is_in(empty).fill_null(False), None) if name != "hostname" else column
        for name, column in zip(frame.columns, frame.get_columns(), strict=True)
    }


def _merged(
    first: "Mapping[str, polars.Series]", second: "Mapping[str, polars.Series]"
) -> "dict[str, polars.Series]":
    """Return the captures of the first where it matched, and of the second elsewhere."""
    if not first:
        return dict(second)
    matched = first["hostname"].is_not_null()
    columns = dict(first)
    for name, column in second.items():
        rest = column.set(matched, None)
        columns[name] = first_of(columns[name], rest) if name in columns else rest
    return columns


def _codes(priority: "polars.Series") -> "dict[str, polars.Series]":
    import polars

    number = priority.cast(polars.Int64, strict=False)
    number = number.set((number > 191).fill_null(False), None)
    facility, severity = number // 8, number % 8
    return {
        "priority": number,
        "facility": facility,
        "severity": severity,
        "facility_detail": _named(facility, FACILITIES),
        "severity_detail": _named(severity, SEVERITIES),
    }


def _named(number: "polars.Series", names: tuple[str, ...]) -> "polars.Series":
    import polars

    return number.replace_strict(
        list(range(len(names))), list(names), default=None, return_dtype=polars.String
    )
