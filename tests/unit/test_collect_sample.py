"""Samples and their columns."""

import math
import struct

import pytest

from muster.agent.collect import sample as module
from muster.agent.collect.sample import sample, to_columns, unique_samples
from muster.model.metric import parse_labels, read_labels


@pytest.mark.parametrize(
    "text", ["", "a,b", "\\" * 400, "," * 5000, "a\0b", b"\xff".decode(errors="surrogateescape"), "\n=é"]
)
def test_any_text_makes_a_label_that_the_model_accepts(text: str) -> None:
    labels = sample("disk.used_bytes", 1, mountpoint=text, device=text).labels
    assert parse_labels(labels) == labels
    assert read_labels(labels).keys() == {"device", "mountpoint"}


def test_only_finite_values_and_the_first_of_each_series_are_sent() -> None:
    found = unique_samples(
        [
            sample("a", math.nan),
            sample("a", 1),
            sample("a", 2),
            sample("a", 3, core="0"),
            sample("b", math.inf),
        ]
    )
    assert found == [("a", "", 1.0), ("a", "core=0", 3.0)]


def test_too_many_samples_are_cut_and_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "MAX_SAMPLES", 2)
    assert len(unique_samples(sample("a", 1, n=f"{n}") for n in range(3))) == 2
    assert "3 samples in one look are too many" in caplog.text


def test_columns_hold_the_values_as_little_endian_float64() -> None:
    columns = to_columns(7, [sample("a", 1.5), sample("b", -2, core="0")])
    assert (columns.ts_us, columns.metrics, columns.labels) == (7, ["a", "b"], ["", "core=0"])
    assert struct.unpack("<2d", columns.values) == (1.5, -2.0)
