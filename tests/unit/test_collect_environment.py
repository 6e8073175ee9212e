"""Which variables are shown, and what of them is masked."""

import pytest

from muster.agent.collect.environment import MAX_BYTES, shown_environment
from muster.settings import AgentSettings


def shown(value: str, name: str = "X") -> str:
    return shown_environment({name: value}, ["*"])[name]


def test_only_allowed_variables_are_shown_in_order() -> None:
    environ = {"PATH": "/bin", "LC_TIME": "C", "LC_ALL": "de", "XLC_A": "1", "lc_x": "2", "HOME2": "3"}
    assert list(shown_environment(environ, ["LC_*", "PATH", "HOME"])) == ["LC_ALL", "LC_TIME", "PATH"]
    assert shown_environment(environ, []) == {}


@pytest.mark.parametrize(
    "name",
    [
        *(
            "GITHUB_TOKEN",
            "aws_secret_access_key",
            "PGPASSWORD",
            "MYSQL_PWD",
            "API_KEY",
            "GOOGLE_CREDENTIALS",
        ),
        *("SSH_AUTH_SOCK", "DB_PASS", "SENTRY_DSN", "Passphrase", "COOKIE", "apikey"),
    ],
)
def test_a_name_that_looks_like_a_secret_masks_its_value_although_it_is_allowed(name: str) -> None:
    assert shown_environment({name: "hidden"}, [name]) == {name: "***"}


@pytest.mark.parametrize("name", ["PWD", "OLDPWD", "PATH", "COMPASS", "GIT_AUTHOR_NAME", "LANG"])
def test_other_names_are_shown(name: str) -> None:
    assert shown("plain", name) == "plain"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("http://user:pw@proxy:3128/x", "http://***@proxy:3128/x"),
        ("postgres://u:p/a@ss#w?@db/x", "postgres://***@db/x"),
        ("https://token@host", "https://***@host"),
        ("redis://:pw@h:1 http://a:b@c", "redis://***@h:1 http://***@c"),
        ("https://h/x?a=1&access_token=t&b=2", "https://h/x?a=1&access_token=***&b=2"),
        ("https://h:80/path", "https://h:80/path"),
        ("me@host", "me@host"),
    ],
)
def test_who_signs_in_at_a_url_is_masked(value: str, expected: str) -> None:
    assert shown(value) == expected


def test_values_are_masked_before_they_are_cut() -> None:
    value = "http://user:" + "p" * 5000 + "@host/" + "x" * 5000
    text = shown(value)
    assert text.startswith("http://***@host/xx")
    assert len(text) == 4096


def test_bytes_that_are_no_utf_8_and_too_many_variables_fit_all_the_same() -> None:
    assert shown(b"caf\xe9".decode(errors="surrogateescape")) == "caf?"
    many = {f"V{number:04}": "x" * 4090 for number in range(100)}
    found = shown_environment(many, ["*"])
    assert sum(len(name) + len(value) for name, value in found.items()) <= MAX_BYTES
    assert list(found)[:2] == ["V0000", "V0001"]


def test_the_default_list_names_no_secret() -> None:
    assert (
        "***"
        not in shown_environment(
            {name.replace("*", "ALL"): "v" for name in AgentSettings().environment},
            AgentSettings().environment,
        ).values()
    )
