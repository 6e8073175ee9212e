"""The regular expression engine: polars, whose matching takes time linear in the line.

It is loaded by the first call and not before: the agent runs without it until a log runner starts.
"""

import subprocess
import sys
from functools import cache
from typing import TYPE_CHECKING

from muster.pipeline.grok.trouble import EngineMissing, PatternError

if TYPE_CHECKING:
    import polars

PROBE_S = 30.0
MARK = "m"
"""The group that is empty where the pattern matched, and null where it did not."""

_PROBE = "import polars; polars.Series(['a']).str.extract_groups('(?P<m>)a').struct.unnest()"


@cache
def probe() -> None:
    """Load polars in a process of its own, once: on a processor that it does not know it crashes.

    Raises EngineMissing, with the reason.
    """
    try:
        done = subprocess.run(
            (sys.executable, "-c", _PROBE), capture_output=True, timeout=PROBE_S, check=False, text=True
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise EngineMissing(f"polars could not be tried out: {error}") from None
    if done.returncode < 0:
        raise EngineMissing(
            "polars cannot run on this processor; on an old one install muster[logs] with polars[rtcompat]"
        )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise EngineMissing(f"polars does not load: {last}; it comes with muster[logs]")


def compile_check(regex: str, where: str) -> None:
    """Raise PatternError if the engine cannot build the expression."""
    import polars

    try:
        polars.Series([""], dtype=polars.String).str.contains(regex, literal=False)
    except polars.exceptions.ComputeError as error:
        raise PatternError(_reason(str(error)), where=where) from None


def capture(lines: "polars.Series", regex: str) -> "polars.DataFrame":
    """Return a column of text for each group, null where it took no part, and `MARK`.

    A match at the begin of a line is looked for first: it is the leftmost one, and the engine, which
    need not find out where it begins, is half as fast again. What has none is looked at whole.
    """
    import polars

    marked = f"(?P<{MARK}>)(?:{regex})"
    found = lines.str.extract_groups(rf"\A{marked}").struct.unnest()
    missing = found.get_column(MARK).is_null()
    if not missing.any():
        return found
    at = missing.arg_true()
    later = lines.gather(at).str.extract_groups(marked).struct.unnest()
    if later.get_column(MARK).null_count() == later.height:
        return found
    if later.height == found.height:
        return later
    return polars.DataFrame(
        [found.get_column(name).scatter(at, later.get_column(name)) for name in found.columns]
    )


def _reason(text: str) -> str:
    """Return the line of the engine's message that says what is wrong."""
    if "size limit" in text:
        return "it is too large for the engine"
    for line in text.splitlines():
        kind, _, reason = line.partition("error: ")
        if reason and not kind.strip():
            return reason
    return "the engine cannot read it"
