"""Configurations: what is refused, which values are secrets, and what a mask stands for."""

from typing import Any

import pytest

from muster.core.fleet.configs import MASK, MAX_DEPTH, masked, to_text, unmasked, validate_config
from muster.errors import InvalidInput

READER = {"mode": "file", "log_path": "/var/log/x"}


def nested(depth: int) -> dict[str, Any]:
    value: Any = "x"
    for _ in range(depth - 2):
        value = [value]
    return {"reader": {"mode": "snmp", "x": value}}


@pytest.mark.parametrize(
    "config",
    [
        {"metric": [{"type": "cpu", "attributes": {"cpu_usage_user": False}, "config": {}}]},
        {"metric": [{"type": "docker"}], "collect_interval": "30"},
        {"reader": READER, "parser": None, "transforms": [], "senders": [{"sender_type": "pandora"}]},
        {"reader": {"mode": "snmp"}, "router": {}, "cleaner": {"delete_enable": "true"}},
        nested(MAX_DEPTH),
    ],
)
def test_what_can_be_run(config: Any) -> None:
    assert validate_config(config) == []


@pytest.mark.parametrize(
    ("config", "problem"),
    [
        ({"reader": READER, "parsr": {}}, "parsr: unknown; did you mean parser?"),
        ({"reader": "file"}, "reader: expected an object"),
        ({"reader": READER, "senders": {}}, "senders: expected a list"),
        ({"reader": READER, "senders": ["x"]}, "senders[0]: expected an object"),
        ({"reader": {}}, "expected a reader, or metrics"),
        ({"reader": {"log_path": "x"}}, "reader.mode: expected the name of a reader"),
        ({"metric": [{"type": "cpuu"}]}, "metric[0].type: unknown; did you mean cpu?"),
        ({"reader": READER, "batch_len": 2**63}, "config: a whole number has at most 63 bits"),
        ({"reader": READER, "note": "a\0"}, "config: must not contain U+0000"),
        ({"reader": {**READER, "a\0": 1}}, "config: must not contain U+0000"),
        (nested(MAX_DEPTH + 1), f"config: at most {MAX_DEPTH} levels"),
    ],
)
def test_what_cannot(config: Any, problem: str) -> None:
    assert problem in validate_config(config)
    with pytest.raises(InvalidInput):
        to_text(config)


def test_every_problem_is_named() -> None:
    assert len(validate_config({"a": 1, "b": 2, "parser": [], "senders": {}})) == 4


@pytest.mark.parametrize(
    "key",
    [
        *("password", "mysql_password", "http_passwd", "token", "elastic_token", "secret", "sk", "ak"),
        *("pandora_sk", "pandora_ak", "s3_secret_key", "s3_access_key", "API_KEY", "snmp_priv_password"),
        *("apikey", "credential", "authorization"),
    ],
)
def test_secrets_are_masked(key: str) -> None:
    assert masked({"a": [{key: "x"}]}) == {"a": [{key: MASK}]}
    assert masked({key: ""}) == {key: ""}


@pytest.mark.parametrize("key", ["mode", "tokens_file", "task", "disk", "break", "passwords_path", "key"])
def test_other_keys_are_shown(key: str) -> None:
    assert masked({key: "x"}) == {key: "x"}


def test_a_mask_keeps_what_is_stored_at_its_place() -> None:
    stored = {"reader": {"password": "p"}, "senders": [{"sk": "one"}, {"sk": "two"}]}
    assert unmasked(masked(stored), stored) == stored
    new = {"reader": {"password": "q"}, "senders": [{"sk": MASK}]}
    assert unmasked(new, stored) == {"reader": {"password": "q"}, "senders": [{"sk": "one"}]}
    assert unmasked({"mode": MASK}, stored) == {"mode": MASK}, "only secrets are masked"


@pytest.mark.parametrize("stored", [None, {}, {"senders": []}, {"senders": "x"}, {"senders": [{"sk": 1}]}])
def test_a_mask_without_a_stored_secret_is_refused(stored: Any) -> None:
    with pytest.raises(InvalidInput, match=r"config.senders\[0\].sk"):
        unmasked({"senders": [{"sk": MASK}]}, stored)
