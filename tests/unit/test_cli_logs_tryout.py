"""`muster logs try` and `backtest`: what is asked, and what people read."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner, Result

from muster.cli import logs_command
from muster.cli.client import Client

TRIED: dict[str, Any] = {
    "lines": [],
    "columns": [],
    "counts": {"read": 0, "parsed": 0, "failed": 0, "filtered": 0},
    "lines_per_s": None,
    "errors": [],
    "notes": [],
}


@pytest.fixture
def draft(tmp_path: Path) -> str:
    path = tmp_path / "draft.json"
    path.write_text('{"parser": {"type": "raw"}}')
    return str(path)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Result, list[Any]]]:
    def run(answer: dict[str, Any], *args: str, stdin: bytes = b"") -> tuple[Result, list[Any]]:
        asked: list[Any] = []

        def handle(request: httpx.Request) -> httpx.Response:
            asked.append((request.url.path, json.loads(request.content)))
            return httpx.Response(200, json=answer)

        def made(url: str, token: str = "", **_: Any) -> Client:
            return Client(url, token, transport=httpx.MockTransport(handle), wait=lambda _: None)

        monkeypatch.setattr("muster.cli.client.Client", made)
        result = CliRunner().invoke(
            logs_command.command, list(args), input=stdin, standalone_mode=False, env={"COLUMNS": "120"}
        )
        return result, asked

    return run


def test_lines_of_standard_input_are_sent_without_their_ends(run: Any, draft: str) -> None:
    lines = [
        {"raw": "a [red]b", "fields": {"x": "a\x1b", "n": 1.5}, "error": None},
        {"raw": "c", "fields": None, "error": "no pattern matches"},
        {"raw": "d", "fields": None, "error": None},
    ]
    counts = {"read": 3, "parsed": 1, "failed": 1, "filtered": 1}
    answer = TRIED | {"lines": lines, "counts": counts, "lines_per_s": 1234567.8}
    result, asked = run(
        answer, "try", draft, "--lines", "-", "--limit", "3", stdin=b"a [red]b\r\nc\n\xff\ne\n"
    )
    assert asked == [
        (
            "/console/v1/tryout",
            {"config": {"parser": {"type": "raw"}}, "max_lines": 3, "lines": ["a [red]b", "c", "\ufffd"]},
        )
    ]
    assert result.return_value == 0
    for text in ("a [red]b", r"x=a\x1b", "n=1.5", "failed: no pattern matches", "filtered"):
        assert text in result.output
    assert "3 read, 1 parsed, 1 failed, 1 filtered; 1,234,568 lines/s on one processor" in result.output


def test_an_agent_is_named_to_the_server(run: Any, draft: str) -> None:
    result, asked = run(TRIED | {"notes": ["core: not text"]}, "try", draft, "--agent", "web-1")
    assert asked[0][1]["agent_id"] == "web-1"
    assert "lines" not in asked[0][1]
    assert "core: not text" in result.output


def test_a_draft_alone_is_only_checked(run: Any, draft: str) -> None:
    result, _ = run(TRIED, "try", draft)
    assert result.output == "the configuration is fine\n"


def test_what_is_wrong_is_told_and_the_code_is_1(run: Any, draft: str) -> None:
    wrong = {"key": "parser.grok_pattern", "message": "unknown; did you mean grok_patterns?", "nearest": "x"}
    result, _ = run(TRIED | {"errors": [wrong]}, "try", draft)
    assert result.output == "parser.grok_pattern: unknown; did you mean grok_patterns?\n"
    assert result.return_value == 1


def test_what_is_no_object_is_not_sent(run: Any, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("[")
    result, asked = run(TRIED, "try", str(tmp_path / "x.json"))
    assert asked == []
    assert "expected a JSON object" in str(result.exception)


def test_the_body_that_adds_a_configuration_is_a_draft_too(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "posted.json"
    path.write_text('{"config": {"parser": {"type": "raw"}}, "tags": ["web"]}')
    _, asked = run(TRIED, "try", str(path))
    assert asked == [("/console/v1/tryout", {"config": {"parser": {"type": "raw"}}, "max_lines": 100})]


def test_a_backtest_without_lines_says_so(run: Any, draft: str) -> None:
    rate = {"rows": 0, "parsed": 0, "failed": 0, "filtered": 0, "match_rate": None, "lines_per_s": None}
    answer = {"draft": rate, "current": rate, "lines": 0, "same": 0, "repeated": None, "fields": []}
    result, _ = run(answer | {"errors": [], "notes": []}, "backtest", draft, "--runner", "nope")
    assert result.output == "the runner has no stored lines, or none of these agents\n"


def test_a_backtest_is_shown_as_tables(run: Any, draft: str) -> None:
    rate = {"rows": 4, "parsed": 3, "failed": 1, "filtered": 0, "match_rate": 0.75, "lines_per_s": 5000.0}
    field = {"field": "ip", "only_draft": 3, "only_current": 0, "differs": 0}
    answer = {
        "lines": 4,
        "draft": rate,
        "current": rate | {"lines_per_s": None},
        "same": 1,
        "repeated": 2,
        "fields": [field | {"examples": [{"raw": "r", "draft": "1.2.3.4", "current": None}]}],
        "errors": [],
        "notes": [],
    }
    result, asked = run(
        answer, "backtest", draft, "--runner", "web", "--agent", "a", "--tag", "t", "--lines", "4"
    )
    assert asked[0] == (
        "/console/v1/backtest",
        {
            "config": {"parser": {"type": "raw"}},
            "runner": "web",
            "agent_ids": ["a"],
            "tags": ["t"],
            "lines": 4,
        },
    )
    for text in ("75.0%", "5,000", "ip", "1.2.3.4 | -", "1 of 4 lines", "makes 2 of them"):
        assert text in result.output
