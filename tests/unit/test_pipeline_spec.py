import subprocess
import sys

import pytest

from muster.errors import InvalidInput
from muster.pipeline.parsers.grok import split_patterns
from muster.pipeline.spec import check, read_config

READER = {"mode": "file", "log_path": "/var/log/app.log"}


def problems(**sections):
    return [str(problem) for problem in check({"reader": READER, **sections})]


def test_config_of_the_original_is_read():
    config = read_config(
        {
            "name": "nginx",
            "batch_interval": "60",
            "extra_info": "true",
            "is_stopped": "",
            "reader": READER,
            "parser": {"type": "csv", "name": "p", "csv_schema": "a long", "csv_allow_no_match": "false"},
            "transforms": [{"type": "discard", "key": "a", "stage": "after_parser"}],
        }
    )
    assert (config.runner.batch_interval, config.runner.extra_info, config.runner.is_stopped) == (
        60,
        True,
        False,
    )
    assert config.parser.csv_allow_no_match is False
    assert config.transforms[0].key == "a"


def test_parser_is_raw_by_default():
    assert read_config({"reader": READER}).parser.TYPES[0] == "raw"


@pytest.mark.parametrize(
    ("sections", "expected"),
    [
        ({"batch_sise": 1}, "batch_sise: unknown; did you mean batch_size?"),
        ({"batch_size": "many"}, "batch_size: expected `int`, got `str`"),
        ({"parser": []}, None),
        ({"parser": [1]}, "parser: expected an object"),
        ({"parser": {}}, None),
        ({"parser": {"name": "x"}}, "parser.type: expected the name of a parser"),
        ({"parser": {"type": "jsn"}}, "parser.type: unknown parser jsn; did you mean json?"),
        ({"parser": {"type": "csv"}}, "parser.csv_schema: required"),
        (
            {"parser": {"type": "csv", "csv_schema": "a long", "csv_spliter": ","}},
            "parser.csv_spliter: unknown; did you mean csv_splitter?",
        ),
        (
            {"parser": {"type": "csv", "csv_schema": "a lonk"}},
            "parser.csv_schema: unknown type lonk; there are array, bool, date, float, long, map, string",
        ),
        (
            {"parser": {"type": "csv", "csv_schema": "a long", "csv_contain_splitter_key": "b"}},
            "parser.csv_contain_splitter_key: expected a name of the schema",
        ),
        (
            {"parser": {"type": "grok", "grok_patterns": "%{NOPE:a}"}},
            "parser.grok_patterns: pattern, character 1: there is no pattern NOPE",
        ),
        ({"parser": {"type": "raw", "labels": "a"}}, "parser.labels: expected NAME VALUE, not a"),
        (
            {"parser": {"type": "syslog", "timezone_offset": "east"}},
            "parser.timezone_offset: expected hours, -24 to 24",
        ),
        (
            {"parser": {"type": "nginx", "nginx_log_format": "$a$b"}},
            "parser.nginx_log_format: nothing stands between $a and the next",
        ),
        ({"transforms": {}}, "transforms: expected a list"),
        (
            {"transforms": [{"type": "filter", "key": "a", "pattern": "(?=x)"}]},
            "transforms[0].pattern: character 1: look-ahead (?=...) is not supported: matching takes linear"
            " time",
        ),
        (
            {"transforms": [{"type": "pick", "key": "a"}, {"type": "rename", "key": "a"}]},
            "transforms[1].new: required",
        ),
        (
            {"transforms": [{"type": "pick", "key": "a", "stage": "before_parser"}]},
            "transforms[0].stage: only after_parser",
        ),
        ({"transforms": [{"type": "filter", "pattern": "a"}]}, "transforms[0].key: required"),
        (
            {"transforms": [{"type": "replace", "old": "(a)", "new": "$2", "regex": True}]},
            "transforms[0].old: new: there is no group 2",
        ),
        (
            {"transforms": [{"type": "redact", "patterns": "cards"}]},
            "transforms[0].patterns: unknown cards; there are card, email, token, password, ipv4",
        ),
        (
            {"transforms": [{"type": "mapreplace", "key": "a", "map": "x"}]},
            "transforms[0].map: expected `old new` pairs, separated by commas",
        ),
        (
            {"cleaner": {"delete_enabel": "true"}},
            "cleaner.delete_enabel: unknown; did you mean delete_enable?",
        ),
        (
            {"router": {"router_key_name": "a", "router_routes": {"x": 3}}, "senders": []},
            "router.router_routes.x: there are 0 senders, counted from 0",
        ),
    ],
)
def test_problem_is_named(sections, expected):
    found = problems(**sections)
    assert found == [] if expected is None else expected in found


def test_every_problem_is_told():
    with pytest.raises(InvalidInput) as caught:
        read_config({"reader": READER, "a": 1, "parser": {"type": "x"}, "transforms": [{"type": "y"}]})
    assert len(caught.value.message.split("; ")) >= 3


def test_patterns_are_split_at_commas_outside_braces():
    assert split_patterns(r"%{A:a}, x{1,2},[,],(a,b),\,") == ["%{A:a}", "x{1,2}", "[,]", "(a,b)", r"\,"]


def test_checking_needs_no_polars():
    code = "import sys; from muster.pipeline.spec import check; check({'reader': {'mode': 'file'}}); "
    code += "assert 'polars' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
