import io
from datetime import UTC, datetime

import polars
import pyarrow.ipc
import pytest

from muster.model.log import COLUMNS, LEVELS, MAX_FIELDS, MAX_MESSAGE_BYTES
from muster.pipeline.batch import to_batch
from muster.pipeline.levels import WORDS
from muster.pipeline.log_columns import MAX_ROWS_AT_ONCE, to_arrow, to_log_columns
from muster.pipeline.spec import read_config
from muster.pipeline.stages import open_stages
from muster.pipeline.tags import runner_tags

NOW = datetime(2026, 4, 5, 9, 25, 7, 123456, tzinfo=UTC)


def run(lines, parser, *transforms):
    stages = open_stages(
        {"reader": {"mode": "file", "log_path": "/x"}, "parser": parser, "transforms": list(transforms)}
    )
    return stages(to_batch(lines, "app.log", NOW))


def rows(lines, parser=None, *transforms):
    return to_log_columns(run(lines, parser or {"type": "json"}, *transforms)).rows(named=True)


def test_row():
    (row,) = rows(
        ['{"ts":"2026-04-05T17:25:07.5+08:00","level":"WARN","msg":"hi","n":1,"e":"","o":{"x":true}}']
    )
    assert row == {
        "ts": datetime(2026, 4, 5, 9, 25, 7, 500000, tzinfo=UTC),
        "level": "warning",
        "source": "app.log",
        "message": "hi",
        "names": ["n", "o.x"],
        "values": ["1", "true"],
    }


def test_rows_with_different_fields():
    found = rows(['{"a":1,"b":2}', '{"b":3,"c":"x"}', '{"msg":"m"}'])
    assert [dict(zip(row["names"], row["values"], strict=True)) for row in found] == [
        {"a": "1", "b": "2"},
        {"b": "3", "c": "x"},
        {},
    ]
    assert [row["message"] for row in found] == ['{"a":1,"b":2}', '{"b":3,"c":"x"}', "m"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1700000000", 1_700_000_000_000_000),
        ("1700000000.25", 1_700_000_000_250_000),
        ("1700000000123", 1_700_000_000_123_000),
        ("1700000000123456", 1_700_000_000_123_456),
        ("1700000000123456789", 1_700_000_000_123_456),
        ('"1700000000"', 1_700_000_000_000_000),
        ('"2023-11-14 22:13:20"', 1_700_000_000_000_000),
        ('"14/Nov/2023:22:13:20 +0000"', 1_700_000_000_000_000),
    ],
)
def test_time_of_a_field(value, expected):
    (row,) = rows([f'{{"time":{value}}}'])
    assert row["ts"].timestamp() * 10**6 == pytest.approx(expected, abs=0.5)
    assert row["names"] == []


@pytest.mark.parametrize("value", ["0.012", "12", '"soon"', "true", '"9999-01-01T00:00:00Z"', "-1700000000"])
def test_field_that_is_no_time_stays(value):
    (row,) = rows([f'{{"time":{value}}}'])
    assert (row["ts"], row["names"]) == (NOW, ["time"])


def test_second_field_gives_the_time_where_the_first_has_none():
    found = rows(['{"timestamp":"2026-01-01T00:00:00Z"}', '{"timestamp":"?","time":1700000000}'])
    assert [row["ts"].year for row in found] == [2026, 2023]
    assert [row["names"] for row in found] == [[], ["timestamp"]]


@pytest.mark.parametrize(("level", "word"), [(level, word) for level in LEVELS for word in WORDS[level]])
def test_level_of_a_field(level, word):
    assert [row["level"] for row in rows([f'{{"level":"{word.upper()}"}}'])] == [level]


def test_field_that_is_no_level_stays():
    (row,) = rows(['{"level":"one","severity":4}'])
    assert (row["level"], row["names"]) == ("warning", ["level"])


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ("2026-04-05 17:25:07 ERROR cannot open", "error"),
        ("[warn] low", "warning"),
        ('t=1 level=info msg="no ERROR"', "info"),
        ("I0405 17:25:07.1 main.go:3] up", "info"),
        ("Apr  5 17:25:07 web1 app[1]: error: no disk", "error"),
        ("CRITICAL", "critical"),
        ("an error in a sentence", ""),
        ("INFORMATION desk", ""),
        ("", ""),
    ],
)
def test_level_in_the_words_of_a_message(line, level):
    assert [row["level"] for row in rows([line or "x"], {"type": "raw"})] == [level]


def test_no_level_is_looked_for_in_a_line_that_was_taken_apart():
    assert [row["level"] for row in rows(["/ERROR"], {"type": "csv", "csv_schema": "path string"})] == [""]


def test_failed_line_is_its_message():
    (row,) = rows(["[error] no json"])
    assert (row["message"], row["level"], row["names"]) == ("[error] no json", "error", ["parse_error"])


def test_bounds():
    many = ",".join(f'"f{number}":{number}' for number in range(MAX_FIELDS + 5))
    found = rows([f'{{"message":"{"ü" * MAX_MESSAGE_BYTES}"}}', f"{{{many}}}", '{"f1":1}'])
    assert len(found[0]["message"].encode()) == MAX_MESSAGE_BYTES
    assert [len(row["names"]) for row in found] == [0, MAX_FIELDS, 1]
    assert [len(row["values"]) for row in found] == [0, MAX_FIELDS, 1]


@pytest.mark.parametrize("lines", [[], ["x"], ["x"] * 3])
def test_columns_have_their_types(lines):
    found = to_log_columns(run(lines, {"type": "raw"}))
    texts = polars.List(polars.String)
    types = [polars.Datetime("us", "UTC"), polars.String, polars.String, polars.String, texts, texts]
    assert found.schema == polars.Schema(zip(COLUMNS, types, strict=True))
    assert found.null_count().row(0) == (0,) * len(COLUMNS)


def test_arrow_is_read_by_others():
    batch = run(['{"a":1,"message":"m","ts":1700000000}', '{"message":"n"}'], {"type": "json"})
    table = pyarrow.ipc.open_stream(io.BytesIO(to_arrow(batch))).read_all()
    table.validate(full=True)
    assert table.column_names == list(COLUMNS)
    assert table.column("names").to_pylist() == [["a"], []]
    assert table.column("message").to_pylist() == ["m", "n"]
    assert [str(each) for each in table.schema.types] == [
        "timestamp[us, tz=UTC]",
        *["large_string"] * 3,
        *["large_list<item: large_string>"] * 2,
    ]


@pytest.mark.parametrize("count", [0, 1, MAX_ROWS_AT_ONCE, MAX_ROWS_AT_ONCE + 1, 3 * MAX_ROWS_AT_ONCE + 2])
def test_many_rows_are_record_batches_of_one_stream(count):
    lines = [f'{{"n":{n},"message":"m{n % 7}"}}' for n in range(count)]
    batch = run(lines, {"type": "json"})
    stream = to_arrow(batch)
    with pyarrow.ipc.open_stream(io.BytesIO(stream)) as reader:
        batches = list(reader)
    assert max((each.num_rows for each in batches), default=0) <= MAX_ROWS_AT_ONCE
    table = pyarrow.Table.from_batches(batches, reader.schema)
    table.validate(full=True)
    assert table.column("message").to_pylist() == [f"m{n % 7}" for n in range(count)]
    assert table.column("values").to_pylist() == [[str(n)] for n in range(count)]
    assert polars.read_ipc_stream(stream).equals(to_log_columns(batch))


def test_redacted_secret_is_nowhere():
    secret = "hunter2secret"
    lines = [f'{{"user":"a","text":"password={secret}"}}', f'{{"broken password={secret}']
    redact = {"type": "redact", "key": "user"}
    label = {"type": "label", "key": "site", "value": "b"}
    found = to_arrow(
        run(
            lines,
            {"type": "json", "keep_raw_data": "true"},
            label,
            redact,
            {"type": "discard", "key": "text"},
        )
    )
    assert secret.encode() not in found


def test_transforms_leave_failed_lines_in_their_place():
    found = rows(
        ['{"n":1}', "broken", '{"n":2}', '{"n":3}'], None, {"type": "filter", "key": "n", "pattern": "2"}
    )
    assert [row["message"] for row in found] == ['{"n":1}', "broken", '{"n":3}']


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("4111 1111 1111 1111", "#"),
        ("at 4111-1111-1111-1111, 2 items", "at #, 2 items"),
        ("12 4111 1111 1111 1111 2", "12 # 2"),
        ("1700000000 4111111111111111", "1700000000 #"),
        ("4111111111111112", "4111111111111112"),
        ("00000000004111111111111111000000000", "00000000004111111111111111000000000"),
        ("4111111111111111 5500005555555559", "# #"),
        ("1 " * 5000, "1 " * 5000),
    ],
)
def test_card_numbers(line, expected):
    parser, redact = {"type": "raw"}, {"type": "redact", "patterns": "card", "mark": "#"}
    (row,) = rows([line], parser, redact)
    assert row["message"] == expected


def test_tags_are_added_behind_the_parser_and_data_wins():
    config = {
        "reader": {"mode": "file", "log_path": "/x"},
        "parser": {"type": "json"},
        "read_time": "true",
        "extra_info": "true",
    }
    config |= {
        "env_tag": "TAGS",
        "internal_key_prefix": "_",
        "transforms": [{"type": "rename", "key": "_core", "new": "n"}],
    }
    runner = read_config(config).runner
    tags = runner_tags(runner, {"TAGS": '{"team":"a","rack":7}'}, {"core": "2", "hostname": "h"})
    batch = open_stages(config, tags=tags)(to_batch(['{"team":"b"}', "broken"], "s", NOW))
    found = [
        dict(zip(row["names"], row["values"], strict=True)) for row in to_log_columns(batch).rows(named=True)
    ]
    assert found[0] == {
        "team": "b",
        "n": "2",
        "_hostname": "h",
        "rack": "7",
        "_lst": "2026-04-05T09:25:07.123456Z",
    }
    assert {"parse_error", "_lst"} == found[1].keys()
    assert runner_tags(runner, {"TAGS": "no json"}, {}) == {}


@pytest.mark.parametrize("is_sliced", [False, True])
def test_many_different_fields(is_sliced, monkeypatch):
    """Beyond so many, the rest of a line's fields are gathered in one; memory stays bounded."""
    if is_sliced:
        monkeypatch.setattr("muster.pipeline.log_columns.MAX_CELLS", 300_000)
    lines = [f'{{"f{number}":{number},"g":"x"}}' for number in range(1100)]
    found = [dict(zip(row["names"], row["values"], strict=True)) for row in rows(lines)]
    assert found[998] == {"f998": "998", "g": "x"}
    assert found[999] == {"g": "x", "more_fields": '{"f999":999}'}
    assert found[1099] == {"g": "x", "more_fields": '{"f1099":1099}'}
