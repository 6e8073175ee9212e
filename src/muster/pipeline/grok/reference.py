"""The reference of the library as Markdown: `python -m muster.pipeline.grok.reference`.

Its output stands in docs/grok.md, below `BEGIN`; a test holds the two together.
"""

import re
import sys
from collections.abc import Iterator
from importlib.resources import files

from muster.pipeline.grok.dates import LAYOUTS
from muster.pipeline.grok.library import FILES, standard

BEGIN = "## Reference"

_LETTERS = re.compile("'T|[YyndM_DWHhmspzZT]")
_SAMPLES = {
    "Y": "2006", "y": "06", "n": "01", "M": "Jan", "d": "02", "_": " 2", "D": "Mon", "W": "Monday",
    "H": "15", "h": "3", "m": "04", "s": "05", "p": "PM", "z": "-0700", "Z": "-07:00", "T": "MST", "'T": "T",
}  # fmt: skip


def to_markdown() -> str:
    """Return the layouts of dates and every standard pattern, by file."""
    return "\n".join((BEGIN, "", *_dates(), *_patterns())) + "\n"


def _dates() -> Iterator[str]:
    yield from (
        "### Dates",
        "",
        "The layouts that the type `date` reads, in the order they are tried:",
        "",
        "```",
    )
    for layout in LAYOUTS:
        yield _LETTERS.sub(lambda found: _SAMPLES[found[0]], layout)
    yield from ("```", "")


def _patterns() -> Iterator[str]:
    library = standard()
    for file in FILES:
        text = (files(__package__) / "patterns" / f"{file}.txt").read_text(encoding="utf-8")
        about = text.partition("\n")[0].removeprefix("# ")
        yield from (f"### {file}.txt", "", about, "", "```")
        names = (line.split()[0] for line in text.splitlines() if line and not line.startswith("#"))
        for name in names:
            yield f"{name} {library[name].text}"
        yield from ("```", "")


if __name__ == "__main__":
    sys.stdout.write(to_markdown())
