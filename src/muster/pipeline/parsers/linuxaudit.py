"""The parser `linuxaudit`: records of the audit daemon of Linux (audit.log)."""

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from muster.pipeline.batch import LINE, REASON
from muster.pipeline.component import Surroundings
from muster.pipeline.parsers.key_values import split_pairs
from muster.pipeline.parsers.parser import Parse, Parsed, ParserSpec
from muster.pipeline.records import guess, to_columns

if TYPE_CHECKING:
    import polars

_HEAD = re.compile(r"(?:node=(\S+) )?type=(\S+) msg=audit\((\d{1,12})\.(\d{1,9}):(\d+)\): ?")
_TEXTS = ("msg", "id", "node", "type", "auid", "key", "a0", "a1", "a2", "a3", "arch", "proctitle")


class LinuxauditSpec(ParserSpec, frozen=True, kw_only=True):
    """Reads `type=SYSCALL msg=audit(TIME:ID): key=value ...`.

    Gives `type`, `timestamp`, `id` and the pairs; those in a quoted `msg='...'` are named `msg.key`.
    """

    TYPES = ("linuxaudit",)

    def open(self, around: Surroundings) -> Parse:
        """Return what parses."""
        return _parse


def _parse(rows: "polars.DataFrame") -> Parsed:
    import polars

    records = [_record(line) for line in rows.get_column(LINE).to_list()]
    reasons = [None if record else "expected type=... msg=audit(TIME:ID):" for record in records]
    columns = [each if each.name in _TEXTS else guess(each) for each in to_columns(records)]
    return Parsed(columns, polars.Series(REASON, reasons, dtype=polars.String))


def _record(line: str) -> dict[str, str] | None:
    head = _HEAD.match(line)
    if head is None:
        return None
    when = datetime.fromtimestamp(int(head[3]), UTC).strftime("%Y-%m-%dT%H:%M:%S")
    record = {"type": head[2], "timestamp": f"{when}.{head[4]}Z", "id": head[5]}
    if head[1]:
        record["node"] = head[1]
    # The part behind the group separator repeats the numbers as names.
    rest = line[head.end() :].replace("\x1d", " ")
    plain, mark, quoted = rest.partition("msg='")
    record |= split_pairs(plain, "=")
    if mark:
        record |= {f"msg.{key}": value for key, value in split_pairs(quoted.rpartition("'")[0], "=").items()}
    return record
