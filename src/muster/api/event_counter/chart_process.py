"""A process of its own that draws charts: `python -m muster.api.event_counter.chart_process`.

Drawing holds the interpreter's lock for a long time. It reads messages from standard input and writes
one for each to standard output, each led by its length (4 bytes, big endian); it ends with its input,
so it never outlives the server.
"""

import io
import signal
import sys
from typing import IO

import matplotlib
import msgspec
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import FuncFormatter, MaxNLocator

WIDTH_PX, HEIGHT_PX, DPI = 800, 400, 100
SCALE = 2
"""Pixels for each of the nominal size, for screens that have them."""

INK, PALE, LINE, BAR, PEAK = "#1f2933", "#616e7c", "#e4e7eb", "#4c8bf5", "#1d4ed8"
MAX_TITLE = 56
TOO_WIDE = 8
"""From so many digits on, the axis is written in thousands, millions or billions."""

UNITS = ((10**15, "P"), (10**12, "T"), (10**9, "G"), (10**6, "M"))


class ChartRequest(msgspec.Struct, frozen=True):
    """24 counts to draw as `form` (png, jpeg, svg)."""

    form: str
    name: str
    day: str
    counts: list[int]


class Drawn(msgspec.Struct, frozen=True):
    """The picture; empty when it could not be drawn, for the reason given."""

    picture: bytes = b""
    reason: str = ""


def draw(request: ChartRequest) -> bytes:
    """Return a histogram with a title, 24 bars and an axis of whole numbers."""
    figure = Figure(
        figsize=(WIDTH_PX / DPI, HEIGHT_PX / DPI),
        facecolor="white",
        layout=ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.1),
    )
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    counts, total, peak = request.counts, sum(request.counts), max(request.counts)
    # Floats would overflow nowhere and round only what cannot be seen.
    colors = [PEAK if peak and count == peak else BAR for count in counts]
    axes.bar(range(24), [float(count) for count in counts], width=0.82, color=colors, zorder=2)
    title = axes.set_title(
        _short(request.name), loc="left", fontsize=15, fontweight="bold", color=INK, pad=24
    )
    title.set_parse_math(False)
    below = f"{request.day}  ·  {total:,} event{'' if total == 1 else 's'}"
    if peak:
        below += f"  ·  most at {counts.index(peak):02}:00 ({peak:,})"
    axes.annotate(
        below, (0, 1), (0, 9), "axes fraction", textcoords="offset points", fontsize=10.5, color=PALE
    )
    axes.set_xlim(-0.6, 23.6)
    axes.set_xticks(range(24), [f"{hour:02}" for hour in range(24)])
    axes.set_xlabel("hour of the day", color=PALE, fontsize=10)
    axes.set_ylim(0, peak * 1.06 if peak else 1)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _number(round(value), peak)))
    axes.grid(axis="y", color=LINE, linewidth=1, zorder=0)
    axes.tick_params(length=0, labelsize=9.5, labelcolor=PALE)
    for side in ("top", "left", "right"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(LINE)
    if not peak:
        axes.set_yticks([])
        axes.text(
            0.5, 0.5, "no events on this day", transform=axes.transAxes, ha="center", va="center",
            fontsize=13, color=PALE,
        )  # fmt: skip
    picture = io.BytesIO()
    options = {"metadata": {"Date": None}} if request.form == "svg" else {"dpi": DPI * SCALE}
    figure.savefig(picture, format=request.form, **options)
    return picture.getvalue()


def serve(source: IO[bytes], sink: IO[bytes]) -> None:
    """Draw what is asked for until there is no more."""
    decoder, encoder = msgspec.msgpack.Decoder(ChartRequest), msgspec.msgpack.Encoder()
    while len(head := source.read(4)) == 4:
        request = decoder.decode(source.read(int.from_bytes(head)))
        try:
            drawn = Drawn(draw(request))
        except Exception as error:  # noqa: BLE001 the boundary of a request: the server tells of it
            drawn = Drawn(reason=f"{type(error).__name__}: {error}")
        message = encoder.encode(drawn)
        sink.write(len(message).to_bytes(4) + message)
        sink.flush()


def _short(name: str) -> str:
    text = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in name)
    return text if len(text) <= MAX_TITLE else f"{text[: MAX_TITLE - 1]}…"


def _number(value: int, peak: int) -> str:
    if len(str(peak)) < TOO_WIDE:
        return f"{value:,}"
    for size, letter in UNITS:
        if peak >= size * 10:
            return f"{value / size:,.4g} {letter}" if value else "0"
    return f"{value:,}"


def main() -> None:
    """Serve this process's standard streams; Ctrl-C is the server's business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    matplotlib.rcParams["font.family"] = "DejaVu Sans"
    matplotlib.rcParams["svg.hashsalt"] = "muster"
    serve(sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    main()
