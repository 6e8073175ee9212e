"""Reports: what is written is read back; what is wrong is refused."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.errors import InvalidInput
from muster.model.report import OsInfo, Ports, Report, parse_report, to_json

text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
percent = st.floats(0, 100)
ports = st.lists(st.integers(1, 65_535), max_size=8)
seconds = st.integers(0, 253_402_300_799)
reports = st.builds(
    Report,
    boot_time=seconds,
    cpu=percent,
    date=seconds,
    disk_space=st.dictionaries(text, percent, max_size=5),
    id=st.from_regex(r"[A-Za-z0-9_-]{1,128}", fullmatch=True),
    memory=percent,
    os=st.builds(OsInfo, *[text] * 6),
    ports=st.builds(Ports, ports, ports),
    process=st.dictionaries(text, st.lists(st.integers(0, 2**32 - 1), max_size=4), max_size=6),
)

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(reports)
def test_a_report_reads_back_field_by_field(report: Report) -> None:
    body = to_json(report)
    assert parse_report(body) == report
    assert to_json(parse_report(body)) == body
    assert list(json.loads(body)) == sorted(json.loads(body))


@given(reports, st.sampled_from(sorted(Report.__struct_fields__)), anything)
def test_a_field_of_anything_is_refused_or_read_as_it_is(report: Report, field: str, value: Any) -> None:
    body = json.dumps(json.loads(to_json(report)) | {field: value})
    try:
        parsed = parse_report(body)
    except InvalidInput:
        return
    assert json.loads(to_json(parsed))[field] == value


@given(st.binary(max_size=200))
def test_bytes_of_any_kind_are_a_clear_error(body: bytes) -> None:
    with pytest.raises(InvalidInput):
        parse_report(body)


@given(reports)
def test_a_backslash_before_u0000_is_text_and_nul_is_not(report: Report) -> None:
    document = json.loads(to_json(report))
    document["process"] = {r"a\u0000": [1]}
    assert parse_report(json.dumps(document)).process == {r"a\u0000": [1]}
    document["process"] = {"a\\\0": [1]}
    with pytest.raises(InvalidInput, match=r"U\+0000"):
        parse_report(json.dumps(document))
