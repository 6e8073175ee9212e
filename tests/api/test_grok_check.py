"""`POST /v1/api/grok/check`: what the document shows, and patterns that mean harm."""

import base64
import time
from typing import Any

import httpx
import pytest

from tests.api.conftest import Client

PATH = "/v1/api/grok/check"
LINE = "110.220.330.550 - - [12/Oct/2017:14:16:50 +0800]"
LONG = "a" * 60_000 + "!"


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def check(http: httpx.Client, log: str, pattern: str, custom: str = "") -> httpx.Response:
    return http.post(PATH, json={"log": log, "pattern": b64(pattern), "custom_pattern": b64(custom)})


def test_the_example_of_the_document(client: Client) -> None:
    pattern = r"%{NOTSPACE:client_ip} %{USER:ident} %{USER:auth} \[%{HTTPDATE:ts:date}\]"
    answer = check(client("read"), LINE, pattern)
    assert answer.status_code == 200
    assert answer.json() == {
        "auth": "-",
        "client_ip": "110.220.330.550",
        "grokInternalCustomSemantic": LINE,
        "ident": "-",
        "ts": "12/Oct/2017:14:16:50 +0800",
    }


def test_custom_patterns_are_used_and_values_stay_text(client: Client) -> None:
    answer = check(client("read"), "took 007 ms", "%{TOOK}", "# mine\nTOOK took %{INT:ms:long} ms")
    assert answer.json() == {"ms": "007", "grokInternalCustomSemantic": "took 007 ms"}


def test_the_custom_pattern_may_be_missing(client: Client) -> None:
    answer = client("read").post(PATH, json={"log": "x", "pattern": b64("%{WORD:w}")})
    assert answer.json() == {"w": "x", "grokInternalCustomSemantic": "x"}


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ({"log": "x", "pattern": "%%%"}, 400, "pattern: expected base64"),
        ({"log": "x", "pattern": "ä"}, 400, "pattern: expected base64"),
        ({"log": "x", "pattern": "/w=="}, 400, "pattern: expected base64"),
        ({"log": "x", "pattern": "YQ"}, 400, "pattern: expected base64"),
        ({"log": "x", "pattern": b64("x"), "custom_pattern": "?"}, 400, "custom_pattern: expected base64"),
        ({"log": "x", "pattern": ""}, 400, "pattern: expected a grok pattern"),
        ({"log": "x"}, 400, "pattern"),
        ({"pattern": b64("x")}, 400, "log"),
        ({"log": 5, "pattern": b64("x")}, 400, "log"),
        ({"log": "x", "pattern": b64("y")}, 400, "the pattern does not match the log"),
        ({"log": "x", "pattern": b64("a%{NOPE:x}")}, 400, "pattern, character 2: there is no pattern NOPE"),
        ({"log": "x", "pattern": b64("ab(?=c)")}, 400, "pattern, character 3: look-ahead"),
        (
            {"log": "x", "pattern": b64("x"), "custom_pattern": b64("A b\nC (?!d)")},
            400,
            "C, line 2, character 1",
        ),
        ({"log": "x\0", "pattern": b64("x")}, 400, "U+0000"),
        ({"log": "x", "pattern": b64("x\0")}, 400, "U+0000"),
        ({"log": "x" * 65_537, "pattern": b64("x")}, 413, "log: at most 65536 bytes"),
        ({"log": "x", "pattern": b64("x" * 65_537)}, 413, "pattern: at most 65536 bytes"),
        ({"log": "x", "pattern": b64("x" * 100_000)}, 413, "pattern: at most 65536 bytes"),
    ],
)
def test_what_cannot_be_tried_is_refused(
    client: Client, body: dict[str, Any], status: int, message: str
) -> None:
    answer = client("read").post(PATH, json=body)
    assert answer.status_code == status
    assert answer.json().keys() == {"code", "message"}
    assert answer.json()["code"] == f"L1{status}"
    assert message in answer.json()["message"]


HOSTILE = [
    ("(a+)+$", LONG),
    ("(a|aa)+$", LONG),
    ("((a{1000}){1000})", "a"),
    ("(?:a?){1000}" * 20, LONG),
    ("|".join(f"x{n}" for n in range(10_000)), LONG),
    (r"(\p{L}{100}){100}", LONG),
    ("(" * 5000, "a"),
    ("(?P<x>" * 90 + "a?" + "){1000}" * 90, LONG),
    ("%{GREEDYDATA}" * 4000, LONG),
    ("".join(f"(?P<a{n}>a?)" for n in range(900)) + "(?:(?:a?){1000}){20}", LONG),
]


@pytest.mark.parametrize(("pattern", "log"), HOSTILE, ids=[pattern[:16] for pattern, _ in HOSTILE])
def test_a_hostile_pattern_is_answered_within_a_second(client: Client, pattern: str, log: str) -> None:
    http = client("read")
    assert check(http, "a", "a").status_code == 200
    began = time.monotonic()
    answer = check(http, log, pattern)
    assert time.monotonic() - began < 1
    assert answer.status_code in (200, 400, 413)
    assert check(http, "a", "%{WORD:w}").json()["w"] == "a"
    assert http.get("/health").status_code == 200


def test_a_check_needs_the_scope_read(client: Client) -> None:
    assert check(client(), "a", "a").status_code == 401
    assert check(client("write:events"), "a", "a").status_code == 403
