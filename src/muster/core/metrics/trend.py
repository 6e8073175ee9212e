"""The last half hour of the whole fleet: how its machines lay, minute by minute."""

import math
from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from muster.core.metrics.minutes import MINUTES, MinuteMeans

SPARED = 0.1
"""This share of the machines lies below `low`, and above `high`: of thousands some are always at an end."""


class Band(msgspec.Struct, frozen=True):
    """How machines lay in each minute: the mean of all, and the middle eight tenths; null without any."""

    mean: list[float | None]
    low: list[float | None]
    high: list[float | None]


class Trend(msgspec.Struct, frozen=True):
    """Minutes that are over, the oldest first, in steps of `step_s`; `network` is the sum of all machines."""

    step_s: int
    cpu: Band
    memory: Band
    disk: Band
    network: list[float | None]


Table = NDArray[np.float64]
"""A row for each machine, a column for each minute; nan where there is no value."""


def to_table(lines: Sequence[MinuteMeans], minute: int) -> Table:
    """Return the minutes before `minute` of machines; a line has room for them and the one that runs."""
    shape = (len(lines), MINUTES)
    means = np.frombuffer(b"".join(line.means for line in lines), dtype=np.float64).reshape(shape)
    minutes = np.frombuffer(b"".join(line.minutes for line in lines), dtype=np.int64).reshape(shape)
    wanted = np.arange(minute - MINUTES + 1, minute)
    at = wanted % MINUTES
    return np.where(minutes[:, at] == wanted, means[:, at], np.nan)


def to_band(table: Table) -> Band:
    """Return how the machines of a table lay."""
    ordered = np.sort(table, axis=0)  # What is missing comes last.
    counts = np.count_nonzero(~np.isnan(ordered), axis=0)
    columns = np.arange(table.shape[1])
    last = np.maximum(counts - 1, 0)
    spare = np.floor(SPARED * last).astype(np.int64)
    sums = np.nansum(table, axis=0)
    means = np.divide(sums, counts, out=np.full(len(columns), np.nan), where=counts > 0)
    if not len(table):
        return Band(_plain(means), _plain(means), _plain(means))
    return Band(_plain(means), _plain(ordered[spare, columns]), _plain(ordered[last - spare, columns]))


def to_sums(table: Table) -> list[float | None]:
    """Return the sums of all machines; None in minutes of which none says anything."""
    is_there = ~np.all(np.isnan(table), axis=0)
    return _plain(np.where(is_there, np.nansum(table, axis=0), np.nan))


def _plain(values: Table) -> list[float | None]:
    """Round values to be drawn, and write None for what is missing."""
    return [None if math.isnan(value) else round(value, 1) for value in values.tolist()]
