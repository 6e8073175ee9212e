"""Metrics: names, labels, and what a value means.

A series is a metric with labels on one agent. A metric whose name ends in `_total` is a counter: it
only rises, but for a restart of what it counts, and is shown as its rate per second. All others
are gauges. Units are the last words of names: `percent`, `bytes`, `s`, `celsius`.
"""

import re
from collections.abc import Mapping
from typing import NewType

from muster.errors import InvalidInput

MetricName = NewType("MetricName", str)
"""Words of `a-z 0-9 _`, joined by dots: `cpu.used_percent`; at most 128 characters."""

Labels = NewType("Labels", str)
"""What tells the series of a metric apart, as text: `key=value`, joined by commas, keys rising."""

UNITS = ("percent", "bytes", "celsius", "packets", "s")

RUNNER_LABEL = "runner"
"""Names the metric runner that took a sample; the agent's own samples do not have it."""

MAX_METRIC = 128
MAX_LABELS = 1024

_METRIC = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*")
_LABELS = re.compile(r"(?:(?:^|,)[a-z][a-z0-9_]*=(?:[^\\,\x00]|\\[\\,])*)*", re.DOTALL)
_PAIR = re.compile(r"([a-z][a-z0-9_]*)=((?:[^\\,]|\\.)*)(?:,|$)", re.DOTALL)


def is_counter(metric: str) -> bool:
    """Tell whether a metric counts up, so that its rate is what one wants to see."""
    return metric.endswith("_total")


def unit_of(metric: str) -> str:
    """Return the unit in which a metric is shown, read from its name; "" for a plain number."""
    plain = metric.removesuffix("_total")
    unit = next((unit for unit in UNITS if plain.endswith((f"_{unit}", f".{unit}"))), "")
    return f"{unit}/s" if is_counter(metric) else unit


def is_of_runner(labels: str) -> bool:
    """Tell whether a series is a metric runner's, beside those that the agent takes itself."""
    return RUNNER_LABEL in labels and RUNNER_LABEL in read_labels(labels)


def parse_metric(text: str) -> MetricName:
    """Return `text` as a metric's name. Raises InvalidInput."""
    if len(text) > MAX_METRIC or not _METRIC.fullmatch(text):
        raise InvalidInput(
            "expected words of a-z, 0-9 and _ joined by dots: cpu.used_percent", field="metric"
        )
    return MetricName(text)


def to_labels(labels: Mapping[str, str]) -> Labels:
    """Return labels as text; backslashes and commas of values are escaped by a backslash."""
    pairs = sorted(labels.items())
    return Labels(",".join(f"{key}={_escaped(value)}" for key, value in pairs))


def parse_labels(text: str) -> Labels:
    """Return `text` when it is what `to_labels` makes. Raises InvalidInput."""
    if len(text) > MAX_LABELS or not _LABELS.fullmatch(text) or to_labels(read_labels(text)) != text:
        raise InvalidInput("expected key=value pairs joined by commas, keys rising", field="labels")
    return Labels(text)


def read_labels(text: str) -> dict[str, str]:
    """Return the pairs of labels that `to_labels` made."""
    return {key: re.sub(r"\\(.)", r"\1", value, flags=re.DOTALL) for key, value in _PAIR.findall(text)}


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace(",", "\\,")
