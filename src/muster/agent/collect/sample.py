"""Samples: single numbers of one look, and the columns in which they travel."""

import logging
import math
import sys
from array import array
from collections.abc import Iterable
from typing import NamedTuple

from muster.agent.collect.label import to_label
from muster.model.batch import SampleColumns
from muster.model.metric import Labels, to_labels

MAX_SAMPLES = 20_000
"""A batch of stream `samples` holds no more."""

MAX_LABEL_VALUE = 240
"""Characters; two labels of this length fit into the model's bound even when every character is escaped."""

_log = logging.getLogger("muster.agent.collect")


class Sample(NamedTuple):
    """A value of the series `(metric, labels)`."""

    metric: str
    labels: Labels
    value: float


def sample(metric: str, value: float, **labels: str) -> Sample:
    """Return a sample whose labels are made to fit: valid UTF-8, no U+0000, bounded."""
    fitting = {key: to_label(text, MAX_LABEL_VALUE) for key, text in labels.items()}
    return Sample(metric, to_labels(fitting), float(value))


def unique_samples(samples: Iterable[Sample]) -> list[Sample]:
    """Return the samples that can be sent: finite values, the first of each series, at most MAX_SAMPLES."""
    by_series: dict[tuple[str, Labels], Sample] = {}
    for one in samples:
        if math.isfinite(one.value):
            by_series.setdefault((one.metric, one.labels), one)
    found = list(by_series.values())
    if len(found) > MAX_SAMPLES:
        _log.error("%d samples in one look are too many: %d are kept", len(found), MAX_SAMPLES)
    return found[:MAX_SAMPLES]


def to_columns(ts_us: int, samples: Iterable[Sample]) -> SampleColumns:
    """Return the columns of samples that `unique_samples` gave."""
    metrics, labels, values = zip(*samples, strict=True)
    numbers = array("d", values)
    if sys.byteorder == "big":
        numbers.byteswap()
    return SampleColumns(ts_us, list(metrics), list(labels), numbers.tobytes())
