"""Whatever is searched for: a query never breaks, and finds what a plain look at the text finds."""

import asyncio
import re
from collections.abc import Iterator

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from muster.api.agent_link.log_batches import SCHEMA
from muster.core.logs.language import parse_query
from muster.core.logs.ports import LogBatch, LogFilter
from muster.core.logs.query import Condition, Pattern, Phrase, Word
from muster.errors import InvalidInput, NotFound
from muster.failpoints import ignore
from muster.model.batch import BatchKey
from muster.model.ids import AgentId, Epoch, StreamName
from muster.settings import CommitSettings
from muster.store.telemetry.clients import TelemetryClients
from muster.store.telemetry.log_sql import LETTERS
from muster.store.telemetry.log_table import LogTable
from tests.contract.memory import Clock, MemoryMarks

SIGNS = "aAbBzZ019 _-./:%\\'\"[](){}*+?^$|é日\n\t\x00,="
MESSAGES = [
    "ab AB aB9b a.b a_b a-b/z:Z%",
    "a\\b 'a' \"b\" [ab] (z) {Z} *+?^$|",
    "éa日b aé ab日 9ab ab9 a9b",
    "a\nb\tz\x00Z abz ABZ abZ0 1abz",
    "",
    "_a_ b_z %a% a%b abab zzzz ZZZZ zaab/bazz=abzz",
]


@pytest.fixture(scope="module")
def table(telemetry_clients: TelemetryClients) -> Iterator[LogTable]:
    telemetry_clients.command("TRUNCATE TABLE logs")
    table = LogTable(telemetry_clients, MemoryMarks(), CommitSettings(), reach=ignore, now_us=Clock())
    count = len(MESSAGES)
    columns = pa.table(
        {
            "ts": range(count),
            "level": [""] * count,
            "source": [""] * count,
            "message": MESSAGES,
            "names": [["f"]] * count,
            "values": [[message] for message in MESSAGES],
        },
        schema=SCHEMA,
    )
    key = BatchKey(AgentId("1" * 32), StreamName("logs:x"), Epoch("e" * 32), 1)
    table.submit_batch(LogBatch(key, "0" * 64, columns), 1).result(10)
    yield table
    table.close()


def found(table: LogTable, condition: Condition) -> list[int]:
    where = LogFilter(from_us=0, to_us=10**15, query=condition)
    rows = asyncio.run(table.newest(where, before=None, limit=100))
    return sorted(row.place.ts_us for row in rows)


def expected(condition: Word | Phrase | Pattern) -> list[int]:
    return [index for index, message in enumerate(MESSAGES) if matches(condition, message)]


def matches(condition: Word | Phrase | Pattern, message: str) -> bool:
    sign = r"[0-9A-Za-z\x80-\U0010ffff]"
    match condition:
        case Phrase(text):
            return text in message
        case Word(text):
            plain = re.fullmatch(f"{sign}+", text)
            edges = (f"(?<!{sign})", f"(?!{sign})") if plain else ("", "")
            parts: tuple[str, ...] = (text,)
        case Pattern(parts):
            edges = (
                f"(?<!{sign})" if re.match(sign, parts[0]) else "",
                f"(?!{sign})" if re.match(sign, parts[-1][-1:]) else "",
            )
    inside = r"[^\t\n\f\r ]*".join(re.escape(part) for part in parts)
    return re.search(f"(?i:{edges[0]}{inside}{edges[1]})", message) is not None


TEXT = st.text(SIGNS, min_size=1, max_size=6)
LETTERS_ONLY = st.text("abzABZ", min_size=1, max_size=5)
QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@QUICK
@given(text=TEXT | LETTERS_ONLY)
@example(text="aab/bazz=ab")
@example(text="abzz")
def test_a_phrase_is_found_wherever_it_stands(table: LogTable, text: str) -> None:
    assert found(table, Phrase(text)) == expected(Phrase(text))


@QUICK
@given(text=TEXT | LETTERS_ONLY)
@example(text="ab9")
@example(text="zaab/bazz=abzz")
def test_a_word_is_found_in_capital_and_small_letters(table: LogTable, text: str) -> None:
    assert found(table, Word(text)) == expected(Word(text))


@QUICK
@given(parts=st.lists(st.text(SIGNS.replace("*", ""), max_size=4), min_size=2, max_size=4).filter(any))
@example(parts=["", "aab/bazz", ""])
@example(parts=["abzz", ""])
def test_a_pattern_is_found(table: LogTable, parts: list[str]) -> None:
    pattern = Pattern(tuple(parts))
    assert found(table, pattern) == expected(pattern)


@QUICK
@given(text=st.text(SIGNS + "ANDORT<>", max_size=30))
@example(text="f:*a* OR NOT f:>1")
@example(text='"\\\'":{p0:String} OR level:>=error')
def test_any_query_is_answered_or_refused(table: LogTable, text: str) -> None:
    def nobody(name: str) -> list[AgentId]:
        raise NotFound(name)

    try:
        condition = parse_query(text, nobody)
    except (InvalidInput, NotFound):
        return
    if condition is not None:
        assert set(found(table, condition)) <= set(range(len(MESSAGES)))


def test_the_index_is_made_of_what_searches_ask(telemetry_clients: TelemetryClients) -> None:
    ((ddl,),) = telemetry_clients.rows("SHOW CREATE TABLE logs")
    assert f"INDEX words {LETTERS} TYPE text" in ddl


def test_a_search_for_a_rare_word_uses_the_index(
    table: LogTable, telemetry_clients: TelemetryClients
) -> None:
    plan = telemetry_clients.rows(
        f"EXPLAIN indexes = 1 SELECT count() FROM logs WHERE hasAllTokens({LETTERS}, ['nomatchword'])"
    )
    assert any("words" in line for (line,) in plan)
