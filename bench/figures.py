"""A measured figure beside its yardstick of the same run."""

from typing import NamedTuple

import psutil


class Figure(NamedTuple):
    """One row of RESULTS.md. `ratio` is figure / yardstick; `goal` as text, empty when there is none."""

    what: str
    value: float
    unit: str
    yardstick: str
    yardstick_value: float
    goal: str = ""

    @property
    def ratio(self) -> float:
        return self.value / self.yardstick_value if self.yardstick_value else float("nan")

    def row(self) -> str:
        ratio = f"{self.ratio:.2f}" if self.yardstick_value else ""
        return (
            f"| {self.what} | {_text(self.value)} {self.unit} | {self.yardstick} | "
            f"{_text(self.yardstick_value)} {self.unit} | {ratio} | {self.goal} |"
        )


def _text(value: float) -> str:
    """Return four digits, and no fewer than there are before the point."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.4g}"


def cpu_s(pid: int) -> float:
    """Return user and system CPU seconds of a process so far."""
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def rss_mb(pid: int) -> float:
    """Return resident memory in MB (10^6 bytes)."""
    return float(psutil.Process(pid).memory_info().rss) / 1e6
