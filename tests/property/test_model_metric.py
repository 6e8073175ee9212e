"""Names and labels of series: what is written reads back, and nothing else is accepted."""

import re

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from muster.errors import InvalidInput
from muster.model.metric import (
    MAX_LABELS,
    MAX_METRIC,
    is_counter,
    parse_labels,
    parse_metric,
    read_labels,
    to_labels,
    unit_of,
)

keys = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
values = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
hostile_values = st.text(st.sampled_from('\\,="\n a'), max_size=8)
labels = st.dictionaries(keys, values | hostile_values, max_size=5)
label_like = st.text(st.sampled_from("ab_0=,\\\n\0 A"), max_size=14)


def characters(text: str) -> list[str]:
    """Split labels into characters; one that a backslash escapes stays with its backslash."""
    return re.findall(r"\\.|.", text, re.DOTALL)


def is_canonical(text: str) -> bool:
    """Say by another way whether `to_labels` can make a text: cut it at bare commas and look at the pairs."""
    if text == "":
        return True
    pairs: list[list[str]] = [[]]
    for character in characters(text):
        if character == ",":
            pairs.append([])
        else:
            pairs[-1].append(character)
    found = []
    for pair in pairs:
        if "=" not in pair:
            return False
        at = pair.index("=")
        key, value = "".join(pair[:at]), pair[at + 1 :]
        if not re.fullmatch("[a-z][a-z0-9_]*", key):
            return False
        if any(c in ("\0", "\\") or (len(c) == 2 and c[1] not in "\\,") for c in value):
            return False
        found.append(key)
    return found == sorted(set(found))


@given(labels)
def test_labels_read_back(pairs: dict[str, str]) -> None:
    text = to_labels(pairs)
    assume(len(text) <= MAX_LABELS)
    assert parse_labels(text) == text
    assert read_labels(text) == pairs
    assert to_labels(dict(reversed(pairs.items()))) == text


@given(labels, labels)
def test_different_labels_are_different_texts(one: dict[str, str], other: dict[str, str]) -> None:
    assert (to_labels(one) == to_labels(other)) == (one == other)


@given(label_like | st.text(max_size=20))
@example("a=1,a=2")
@example("b=1,a=2")
@example("a=1,")
@example(",a=1")
@example("a=1\n")
@example("a=\\")
@example("a=\\\n")
@example("a=b=c")
@example("=")
def test_labels_are_accepted_exactly_when_they_are_canonical(text: str) -> None:
    try:
        parse_labels(text)
    except InvalidInput as error:
        assert error.field == "labels"
        assert not is_canonical(text)
    else:
        assert is_canonical(text)


@pytest.mark.parametrize("text", ["a=" + "x" * 1023, "a=" + "\\" * 1021, "a," * 5000, "a=\\,a" * 5000])
def test_long_or_knotty_labels_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_labels(text)


def test_labels_may_be_as_long_as_their_bound() -> None:
    assert parse_labels("a=" + "x" * (MAX_LABELS - 2))


@given(st.from_regex(r"[a-z][a-z0-9_]{0,9}(\.[a-z0-9_]{1,9}){0,4}", fullmatch=True))
def test_names_of_metrics_are_accepted(name: str) -> None:
    assert parse_metric(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "a.",
        ".a",
        "a..b",
        "A",
        "1a",
        "_a",
        "a-b",
        "a b",
        "a\n",
        "\u00e4",
        "a\u0661",
        "a\0",
        "a" * 129,
    ],
)
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_metric(name)
    assert refused.value.field == "metric"


def test_a_name_may_be_as_long_as_its_bound() -> None:
    assert parse_metric("a" * MAX_METRIC)


@pytest.mark.parametrize(
    ("name", "counter", "unit"),
    [
        ("cpu.used_percent", False, "percent"),
        ("memory.used_bytes", False, "bytes"),
        ("network.sent_bytes_total", True, "bytes/s"),
        ("network.sent_packets_total", True, "packets/s"),
        ("temperature.celsius", False, "celsius"),
        ("temperature.highest_celsius", False, "celsius"),
        ("system.uptime_s", False, "s"),
        ("disk.busy_s_total", True, "s/s"),
        ("disk.reads_total", True, "/s"),
        ("load.1m", False, ""),
        ("cpu.totals", False, ""),
        ("disks", False, ""),
    ],
)
def test_what_a_name_says(name: str, counter: bool, unit: str) -> None:
    assert (is_counter(name), unit_of(name)) == (counter, unit)
