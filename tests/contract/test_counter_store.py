"""The counter store keeps its promises, on SQLite and on PostgreSQL."""

import asyncio
from collections import Counter
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from muster.core.counters import MAX_TOTAL, Add, CountRequest, HourCount
from muster.errors import Conflict, Forbidden, InvalidInput, NotFound, Overloaded
from muster.model.idempotency import IdempotencyKey
from muster.store.relational.counters import RelationalCounters
from muster.store.relational.database import Relational, open_relational
from muster.store.relational.idempotency import once, prune_keys

NOW_US = 1_790_000_000_000_000
HOUR = NOW_US // 3_600_000_000
CLIENTS = 64


@pytest.fixture
def store(relational: Relational) -> RelationalCounters:
    return RelationalCounters(relational, now_us=lambda: NOW_US)


def one(name: str, count: int = 1, *, hour: int = HOUR, key: IdempotencyKey | None = None) -> CountRequest:
    return CountRequest((Add(name, hour, count),), key)


def keyed(key: str, body: int = 1) -> IdempotencyKey:
    return IdempotencyKey("events", key, bytes([body]) * 32)


def run(work: Awaitable[Any]) -> Any:
    async def main() -> Any:
        return await work

    return asyncio.run(main())


def add_all(store: RelationalCounters, *requests: CountRequest) -> list[Any]:
    """Hand all over at once and return each one's outcome."""

    async def main() -> list[Any]:
        return await asyncio.gather(*(store.add(each) for each in requests), return_exceptions=True)

    return asyncio.run(main())


def stored(store: RelationalCounters) -> dict[tuple[str, int], int]:
    return {(x.name, x.hour): x.times for x in run(store.counts(0, 2**40, limit=10_000))}


def totals(store: RelationalCounters) -> dict[str, int]:
    return {each.name: each.total for each in run(store.types())}


def test_the_first_addition_makes_the_type(store: RelationalCounters) -> None:
    assert add_all(store, one("login")) == [True]
    assert add_all(store, one("login", 5), one("logout"), one("login", hour=HOUR + 1)) == [False, True, False]
    assert stored(store) == {("login", HOUR): 6, ("login", HOUR + 1): 1, ("logout", HOUR): 1}
    login, logout = run(store.types())
    assert (login.name, login.total, login.created_us, login.is_active) == ("login", 7, NOW_US, True)
    assert (logout.name, logout.total, logout.description) == ("logout", 1, "")


def test_64_clients_on_one_name_are_counted_exactly(store: RelationalCounters) -> None:
    async def client(number: int) -> int:
        return sum([await store.add(one("busy", number)) for _ in range(20)])

    async def main() -> list[int]:
        return await asyncio.gather(*(client(number) for number in range(1, CLIENTS + 1)))

    assert sum(asyncio.run(main())) == 1  # it was new once
    expected = 20 * CLIENTS * (CLIENTS + 1) // 2
    assert (stored(store), totals(store)) == ({("busy", HOUR): expected}, {"busy": expected})


def test_two_servers_on_one_database_count_exactly(relational: Relational, tmp_path: Path) -> None:
    if relational.is_sqlite:
        other = open_relational("", tmp_path)
    else:
        other = open_relational(
            relational.engine.url.render_as_string(hide_password=False).replace("+psycopg", ""), tmp_path
        )
    stores = [RelationalCounters(each, now_us=lambda: NOW_US) for each in (relational, other)]
    names = [f"event-{number}" for number in range(7)]

    async def client(number: int) -> int:
        total = 0
        for turn in range(30):
            pair = [Add(names[(number + turn) % 7], HOUR, 1), Add(names[(number * 3 + turn) % 7], HOUR, 2)]
            total += await stores[number % 2].add(CountRequest(pair))
        return total

    async def main() -> list[int]:
        return await asyncio.gather(*(client(number) for number in range(16)))

    try:
        assert sum(asyncio.run(main())) <= 7
    finally:
        other.close()
    assert sum(stored(stores[0]).values()) == 16 * 30 * 3
    assert sum(totals(stores[0]).values()) == 16 * 30 * 3


@settings(
    max_examples=30, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
@given(
    requests=st.lists(
        st.lists(
            st.tuples(st.sampled_from("abc"), st.integers(0, 2), st.integers(1, 10**9)),
            min_size=1,
            max_size=4,
        ),
        min_size=1,
        max_size=20,
    )
)
def test_counts_are_the_sum_of_what_was_answered(
    store: RelationalCounters, requests: list[list[tuple[str, int, int]]]
) -> None:
    before = Counter(stored(store))
    outcomes = add_all(store, *(CountRequest([Add(*add) for add in adds]) for adds in requests))
    assert all(isinstance(outcome, bool) for outcome in outcomes)
    for adds in requests:
        for name, hour, count in adds:
            before[(name, hour)] += count
    assert stored(store) == dict(before)
    assert sum(totals(store).values()) == sum(before.values())


def test_an_inactive_type_takes_no_more_and_harms_no_neighbour(store: RelationalCounters) -> None:
    add_all(store, one("old", 3))
    type_id = run(store.types())[0].id
    changed = run(store.change_type(type_id, is_active=False, description="gone"))
    assert (changed.is_active, changed.description, changed.total) == (False, "gone", 3)
    refused, counted, both = add_all(
        store, one("old"), one("new"), CountRequest((Add("other", HOUR, 1), Add("old", HOUR, 1)))
    )
    assert isinstance(refused, Forbidden)
    assert counted is True
    assert isinstance(both, Forbidden)
    assert totals(store) == {"new": 1, "old": 3}  # and no type "other"
    run(store.change_type(type_id, is_active=True))
    assert add_all(store, one("old")) == [False]


def test_a_total_beyond_63_bits_is_refused_and_nothing_stored(
    store: RelationalCounters, relational: Relational
) -> None:
    add_all(store, one("much"))
    relational.write_now(lambda c: c.execute(text("UPDATE event_types SET total = :n"), {"n": MAX_TOTAL - 5}))
    first, second, third = add_all(store, one("much", 4), one("much", 2), one("much", 1))
    assert (first, third) == (False, False)
    assert isinstance(second, Conflict)
    assert second.code == "total_exceeded"
    assert totals(store) == {"much": MAX_TOTAL}
    assert stored(store) == {("much", HOUR): 6}
    twice = CountRequest((Add("more", HOUR, MAX_TOTAL), Add("more", HOUR, 1)))
    assert isinstance(add_all(store, twice)[0], Conflict)
    assert "more" not in totals(store)


def test_a_key_counts_once(store: RelationalCounters, relational: Relational) -> None:
    assert add_all(store, one("login", 2, key=keyed("a")), one("login", 2, key=keyed("a"))) == [True, True]
    assert add_all(store, one("login", 2, key=keyed("a"))) == [True]  # as it was answered
    assert add_all(store, one("login", 2, key=keyed("b"))) == [False]
    assert isinstance(add_all(store, one("login", 2, key=keyed("a", body=2)))[0], InvalidInput)
    assert totals(store) == {"login": 4}
    assert prune_keys(relational, NOW_US) == 0
    assert prune_keys(relational, NOW_US + 1) == 2
    assert add_all(store, one("login", 2, key=keyed("a", body=2))) == [False]


def test_a_refused_request_leaves_its_key_free(store: RelationalCounters) -> None:
    add_all(store, one("old"))
    type_id = run(store.types())[0].id
    run(store.change_type(type_id, is_active=False))
    assert isinstance(add_all(store, one("old", key=keyed("k")))[0], Forbidden)
    run(store.change_type(type_id, is_active=True))
    assert add_all(store, one("old", key=keyed("k"))) == [False]
    assert totals(store) == {"old": 2}


def test_an_effect_that_fails_takes_its_key_with_it(relational: Relational) -> None:
    def fail() -> bytes:
        raise Conflict("no")

    with pytest.raises(Conflict):
        relational.write_now(lambda c: once(c, keyed("k"), NOW_US, fail))
    assert relational.write_now(lambda c: once(c, keyed("k"), NOW_US, lambda: b"done")) == b"done"
    assert relational.write_now(lambda c: once(c, keyed("k"), NOW_US, fail)) == b"done"
    with pytest.raises(InvalidInput):
        relational.write_now(lambda c: once(c, keyed("k", body=2), NOW_US, fail))
    assert relational.write_now(lambda c: once(c, None, NOW_US, lambda: b"free")) == b"free"


def test_names_are_told_apart_byte_by_byte(store: RelationalCounters) -> None:
    names = ["a", "A", "ä", "a\u0308", "a ", " a", "a/b", "a//b", "%", "Z", "é" * 127, "\U0001f600"]
    assert add_all(store, *map(one, names)) == [True] * len(names)
    assert add_all(store, *map(one, names)) == [False] * len(names)
    assert list(totals(store)) == sorted(names)
    assert set(totals(store).values()) == {2}


def test_thousands_of_names_in_one_request(store: RelationalCounters) -> None:
    adds = [Add(f"event-{number}", HOUR, number + 1) for number in range(2000)]
    assert add_all(store, CountRequest(adds)) == [True]
    assert sum(totals(store).values()) == 2000 * 2001 // 2


def test_counts_of_a_span_and_of_one_event(store: RelationalCounters) -> None:
    add_all(store, *(one(name, hour + 1, hour=hour) for name in "ab" for hour in range(5)))
    assert sorted(run(store.counts(1, 2, limit=10))) == [
        HourCount("a", 1, 2),
        HourCount("a", 2, 3),
        HourCount("b", 1, 2),
        HourCount("b", 2, 3),
    ]
    assert len(run(store.counts(0, 9, limit=3))) == 3
    assert run(store.hours_of("a", 3, 9)) == {3: 4, 4: 5}
    assert run(store.hours_of("a", 5, 9)) == {}
    with pytest.raises(NotFound):
        run(store.hours_of("c", 0, 9))


def test_an_unknown_type_cannot_be_changed(store: RelationalCounters) -> None:
    with pytest.raises(NotFound):
        run(store.change_type(1, is_active=False))


def test_beyond_the_bound_additions_are_refused_at_once(relational: Relational) -> None:
    store = RelationalCounters(relational, queue_bytes=4000)
    outcomes = []

    async def main() -> None:
        waiting = [asyncio.ensure_future(store.add(one("login"))) for _ in range(10)]
        with pytest.raises(Overloaded):
            store.add(one("login"))
        outcomes.extend(await asyncio.gather(*waiting))

    asyncio.run(main())
    assert sum(outcomes) == 1
    assert totals(store) == {"login": 10}


def test_hours_of_several_types_at_once(store: RelationalCounters) -> None:
    add_all(store, one("a", 2), one("a", 3, hour=HOUR + 1), one("b", 5), one("c", 7))
    ids = {each.name: each.id for each in run(store.types())}
    found = run(store.hours_of_types([ids["a"], ids["b"], 999], HOUR, HOUR + 1, limit=10))
    assert sorted(found) == [(ids["a"], HOUR, 2), (ids["a"], HOUR + 1, 3), (ids["b"], HOUR, 5)]
    assert run(store.hours_of_types([ids["a"]], HOUR + 1, HOUR + 5, limit=10)) == [(ids["a"], HOUR + 1, 3)]
    assert len(run(store.hours_of_types(list(ids.values()), HOUR, HOUR + 1, limit=2))) == 2
