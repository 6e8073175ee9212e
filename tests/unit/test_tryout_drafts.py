"""What a draft makes of pasted and of stored lines, and what is wrong with one."""

from typing import Any

import msgspec
import pytest

from muster.pipeline.tryout.messages import (
    Backtested,
    BacktestRequest,
    DraftError,
    Failure,
    Lines,
    StoredLine,
    Tried,
    TriedCounts,
    TryRequest,
)
from muster.pipeline.tryout.process import answer

NOW_US = 1_790_000_000_000_000
FILE = {"mode": "file", "log_path": "/x"}


def grok(pattern: str, **more: Any) -> dict[str, Any]:
    return {"parser": {"type": "grok", "grok_patterns": pattern, **more}}


def attempt(config: dict[str, Any], *lines: str, **more: Any) -> Tried:
    request = TryRequest(config=config, lines=[Lines("pasted", list(lines))], now_us=NOW_US, **more)
    said = answer(msgspec.msgpack.encode(request))
    assert said[:1] == b"+", said
    return msgspec.json.decode(said[1:], type=Tried)


def backtest(
    config: dict[str, Any], rows: list[StoredLine], current: dict[str, Any] | None = None
) -> Backtested:
    said = answer(msgspec.msgpack.encode(BacktestRequest(config=config, current=current, rows=rows)))
    assert said[:1] == b"+", said
    return msgspec.json.decode(said[1:], type=Backtested)


def stored(line: str, **fields: str) -> StoredLine:
    return StoredLine(line, "a.log", NOW_US, "", line, fields)


def test_each_line_says_what_became_of_it() -> None:
    config = grok("%{IP:ip} %{INT:n:long}") | {
        "transforms": [{"type": "filter", "key": "n", "pattern": "^9$"}]
    }
    tried = attempt(config, "1.2.3.4 7", "no", "", "1.2.3.4 9")
    assert [(x.raw, x.fields, x.error) for x in tried.lines] == [
        ("1.2.3.4 7", {"ip": "1.2.3.4", "n": 7}, None),
        ("no", None, "no pattern matches"),
        ("", None, None),
        ("1.2.3.4 9", None, None),
    ]
    assert tried.columns == ["ip", "n"]
    assert tried.counts == TriedCounts(read=4, parsed=1, failed=1, filtered=2)
    assert tried.lines_per_s is not None
    assert tried.lines_per_s > 0
    assert [(x.name, x.start, x.end) for x in tried.lines[0].spans or []] == [("ip", 0, 7), ("n", 8, 9)]
    assert tried.lines[1].spans is None


def test_stages_say_what_each_made_of_a_line() -> None:
    transforms = [
        {"type": "trim", "stage": "before_parser", "place": "prefix", "characters": "> "},
        {"type": "rename", "key": "a", "new": "b"},
        {"type": "discard", "key": "b"},
    ]
    tried = attempt({"parser": {"type": "json"}, "transforms": transforms}, '> {"a": "x", "c": 1}')
    (line,) = tried.lines
    assert [(x.name, x.fields) for x in line.stages or []] == [
        ("transforms[0] trim", {}),
        ("parser", {"a": "x", "c": 1}),
        ("transforms[1] rename", {"b": "x", "c": 1}),
        ("transforms[2] discard", {"c": 1}),
    ]


def test_a_line_that_gives_several_rows_is_there_for_each() -> None:
    tried = attempt({"parser": {"type": "json"}}, '[{"a": 1}, {"a": 2}]', '{"a": 3}')
    assert [x.fields for x in tried.lines] == [{"a": 1}, {"a": 2}, {"a": 3}]
    assert tried.counts == TriedCounts(read=2, parsed=3)


def test_a_failed_line_is_shown_even_when_the_runner_would_drop_it() -> None:
    tried = attempt(grok("%{IP:ip}", disable_record_errdata=True), "no")
    assert [x.error for x in tried.lines] == ["no pattern matches"]


def test_lines_are_joined_as_the_reader_would() -> None:
    config = {"reader": FILE | {"head_pattern": "^\\d"}, "parser": {"type": "raw"}}
    assert [x.raw for x in attempt(config, "1 a", "  b", "2 c").lines] == ["1 a\n  b", "2 c"]
    assert [x.raw for x in attempt(config, "1 a", "  b", is_read=True).lines] == ["1 a", "  b"]


@pytest.mark.parametrize(
    ("config", "error"),
    [
        (
            {"trnsforms": []},
            DraftError(key="trnsforms", message="unknown; did you mean transforms?", nearest="transforms"),
        ),
        (
            {"parser": {"type": "grok", "grok_pattern": "x"}},
            DraftError(
                key="parser.grok_pattern",
                message="unknown; did you mean grok_patterns?",
                nearest="grok_patterns",
            ),
        ),
        (
            {"parser": {"type": "grock"}},
            DraftError(key="parser.type", message="unknown parser grock; did you mean grok?", nearest="grok"),
        ),
        (
            {"parser": {"type": "qqq"}},
            DraftError(key="parser.type", message="unknown parser qqq"),
        ),
        (
            grok("a%{NOPE:x}"),
            DraftError(key="parser.grok_patterns", message="pattern, character 2: there is no pattern NOPE"),
        ),
        (
            grok("((a{1000}){1000})"),
            DraftError(key="parser", message="pattern: it is too large for the engine"),
        ),
        (
            {"transforms": [{"type": "mapreplace", "key": "a", "map_file": "/etc/passwd"}]},
            DraftError(
                key="transforms[0]",
                message="/etc/passwd is a file of the agents: name one, to try it there",
            ),
        ),
    ],
    ids=["section", "option", "type", "nothing-near", "pattern", "hostile", "file"],
)
def test_what_is_wrong_is_named(config: dict[str, Any], error: DraftError) -> None:
    tried = attempt(config, "x")
    assert tried.errors == [error]
    assert tried.lines == []


def test_files_of_the_agent_are_those_it_sent() -> None:
    config = grok("%{MINE:m}", grok_custom_pattern_files="/etc/p")
    assert attempt(config, "x", files={"/etc/p": "MINE x"}).lines[0].fields == {"m": "x"}
    (error,) = attempt(config, "x", files={}).errors
    assert error.message == "/etc/p: the agent cannot read it"


def test_odd_lines_do_no_harm() -> None:
    tried = attempt({"parser": {"type": "raw", "timestamp": False}}, "\0\1", "\ufffd", "é" * 100_000)
    assert [x.fields for x in tried.lines] == [{"raw": x.raw} for x in tried.lines]
    assert attempt({}).lines == []
    assert attempt({}).lines_per_s is None


def test_more_than_can_be_shown_is_said() -> None:
    copies = [{"type": "concat", "key": ["raw"] * 50, "new": f"n{n}"} for n in range(3)]
    config = {"parser": {"type": "raw"}, "transforms": copies}
    lines = [Lines("pasted", ["x" * 10_000] * 100)]
    said = answer(msgspec.msgpack.encode(TryRequest(config=config, lines=lines, now_us=NOW_US)))
    assert said[:1] == b"-"
    assert msgspec.json.decode(said[1:], type=Failure).code == "too_large"


def test_a_draft_is_held_against_what_is_stored() -> None:
    rows = [stored(f"1.2.3.{n} GET {n}", ip=f"1.2.3.{n}", verb="GET", code=str(n)) for n in range(8)]
    rows += [
        stored("bad", parse_error="no pattern matches"),
        stored("1.2.3.9 PUT x y", ip="1.2.3.9", verb="PUT"),
    ]
    current = {"reader": FILE} | grok("%{IP:ip} %{WORD:verb} %{INT:code}")
    tested = backtest(grok("%{IP:ip} %{WORD:verb} %{NOTSPACE:status}"), rows, current)
    assert tested.lines == 10
    assert (tested.draft.parsed, tested.draft.failed, tested.draft.match_rate) == (9, 1, 0.9)
    assert (tested.current.parsed, tested.current.failed, tested.current.match_rate) == (9, 1, 0.9)
    assert tested.draft.lines_per_s
    assert tested.current.lines_per_s
    assert (tested.same, tested.repeated) == (1, 9)
    counts = [(x.field, x.only_draft, x.only_current, x.differs, len(x.examples)) for x in tested.fields]
    assert counts == [("status", 9, 0, 0, 5), ("code", 0, 8, 0, 5)]
    example = tested.fields[0].examples[0]
    assert (example.raw, example.draft, example.current) == ("1.2.3.0 GET 0", "0", None)


def test_values_that_differ_are_told_with_both() -> None:
    tested = backtest(grok("%{WORD:a}"), [stored("x y", a="y"), stored("x", a="x")])
    (found,) = tested.fields
    assert (found.field, found.only_draft, found.only_current, found.differs) == ("a", 0, 0, 1)
    assert (found.examples[0].draft, found.examples[0].current) == ("x", "y")
    assert (tested.same, tested.repeated, tested.current.lines_per_s) == (1, None, None)


def test_the_level_and_the_time_are_compared_too() -> None:
    row = StoredLine("ERROR 2026-01-02T03:04:05Z x", "a.log", NOW_US, "", "ERROR 2026-01-02T03:04:05Z x", {})
    tested = backtest(grok("%{WORD:level} %{TIMESTAMP_ISO8601:timestamp} %{WORD:w}"), [row])
    found = {x.field: x.examples[0] for x in tested.fields}
    assert {name: x.draft for name, x in found.items()} == {
        "_level": "error",
        "_time": "2026-01-02T03:04:05.000000+00:00",
        "w": "x",
    }
    assert found["_level"].current is None


def test_filtered_lines_are_counted_and_not_compared() -> None:
    config = grok("%{WORD:a}") | {"transforms": [{"type": "filter", "key": "a", "pattern": "y"}]}
    tested = backtest(config, [stored("x", a="x"), stored("y", a="y")])
    assert (tested.draft.parsed, tested.draft.filtered, tested.fields, tested.same) == (1, 1, [], 1)


def test_nothing_stored_has_no_rates() -> None:
    tested = backtest(grok("%{WORD:a}"), [])
    assert (tested.lines, tested.draft.match_rate, tested.current.match_rate) == (0, None, None)


def test_a_current_configuration_that_cannot_run_here_is_said() -> None:
    current = {"reader": FILE} | grok("%{MINE:m}", grok_custom_pattern_files="/etc/p")
    tested = backtest(grok("%{WORD:a}"), [stored("x", a="x")], current)
    assert tested.repeated is None
    assert "/etc/p is a file of the agents" in tested.notes[0]
