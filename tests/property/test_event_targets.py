"""Which event, and how often, a raw path names."""

from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from muster.api.event_counter.targets import Target, parse_target
from muster.core.counters import MAX_ADD
from muster.errors import CallerError, Forbidden, InvalidInput, NotFound

NAMES = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=60
).filter(lambda name: not {".", ".."} & set(name.split("/")))


def is_free(name: str) -> bool:
    return name not in ("unique", "histogram") and not name.startswith("histogram/")


@given(name=NAMES, times=st.integers(1, MAX_ADD))
def test_an_encoded_name_is_read_back(name: str, times: int) -> None:
    assume(is_free(name))
    raw = quote(name, safe="").encode()
    assert parse_target(raw + b"/%d" % times) == Target(name, times)
    if name[0] not in "+-":
        assert parse_target(raw) == Target(name, None)


@given(name=NAMES, times=st.integers(1, MAX_ADD))
def test_slashes_need_no_encoding_before_a_number(name: str, times: int) -> None:
    assume(is_free(name))
    assert parse_target(quote(name, safe="/").encode() + b"/%d" % times) == Target(name, times)


@given(raw=st.binary(max_size=300))
def test_any_bytes_are_a_target_or_a_callers_error(raw: bytes) -> None:
    try:
        name, times = parse_target(raw)
    except CallerError:
        return
    assert 1 <= len(name.encode()) <= 255
    assert is_free(name)
    assert times is None or 1 <= times <= MAX_ADD


@pytest.mark.parametrize(
    ("raw", "name", "times"),
    [
        (b"login", "login", None),
        (b"login/", "login", None),
        (b"login/12", "login", 12),
        (b"login/12/", "login", 12),
        (b"login/0012", "login", 12),
        (b"resource/209", "resource", 209),
        (b"resource/209/1", "resource/209", 1),
        (b"resource%2F209", "resource/209", None),
        (b"resource%2f209/3", "resource/209", 3),
        (b"209", "209", None),
        (b"209/", "209", None),
        (b"209/1", "209", 1),
        (b"a/b/c", "a/b/c", None),
        (b"a//b", "a//b", None),
        (b"%2F", "/", None),
        (b"a%20b", "a b", None),
        (b"a+b", "a+b", None),
        (b"%C3%A4", "ä", None),
        (b"login/%31", "login", 1),
        (b"login/\xd9\xa3", "login/٣", None),
        (b"unique%2F5", "unique/5", None),
        (b"a" * 255, "a" * 255, None),
        (b"login/1000000000", "login", MAX_ADD),
    ],
)
def test_examples(raw: bytes, name: str, times: int | None) -> None:
    assert parse_target(raw) == Target(name, times)


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (b"", InvalidInput),
        (b"/", InvalidInput),
        (b"/5", InvalidInput),
        (b"a" * 256, InvalidInput),
        (b"%C3%A4" * 128, InvalidInput),
        (b"%FF", InvalidInput),
        (b"a%00b", InvalidInput),
        (b"..", InvalidInput),
        (b"a/../b", InvalidInput),
        (b"%2E%2E/5", InvalidInput),
        (b"unique", Forbidden),
        (b"unique/5", Forbidden),
        (b"histogram", Forbidden),
        (b"histogram/login/20260721", Forbidden),
        (b"login/0", NotFound),
        (b"login/-1", NotFound),
        (b"login/+1", NotFound),
        (b"login/%2B1", NotFound),
        (b"-1", NotFound),
        (b"login/1000000001", NotFound),
        (b"login/1" + b"0" * 30, NotFound),
        (b"login/" + b"9" * 5000, NotFound),
    ],
)
def test_refusals(raw: bytes, error: type[CallerError]) -> None:
    with pytest.raises(error):
        parse_target(raw)
