"""Signed requests of source 4 against vectors computed by hand, with openssl's HMAC.

printf 'GET\n\n\nTue, 10 Nov 2026 08:00:00 GMT\n/v1/api/agents' |
    openssl dgst -sha1 -hmac "$SECRET" -binary | base64 | tr +/ -_
"""

import asyncio
import base64
import hashlib
import hmac
import json
import random
from types import SimpleNamespace
from typing import Any

import pytest
from litestar.datastructures import Headers

from muster.api.http.pandora import Pandora, canonical_headers, parse_md5, sign, text_to_sign
from muster.core.access import Access
from muster.core.signing import Vault
from muster.errors import Unauthenticated, Unavailable
from muster.model.access import Scope, Token
from muster.model.ids import TokenId

NOW_S = 1_794_297_600
"""Tue, 10 Nov 2026 08:00:00 GMT."""

DATE = "Tue, 10 Nov 2026 08:00:00 GMT"
SECRET = "0123456789abcdef0123456789abcdef0123456789a"
KEY = "a1b2c3d4e5f6"
PATH = "/v1/api/agents"


class MemoryTokens:
    def __init__(self) -> None:
        self.tokens: list[Token] = []

    async def load_tokens(self) -> list[Token]:
        return self.tokens

    async def add_token(self, token: Token) -> None:
        self.tokens.append(token)

    async def revoke_token(self, token_id: TokenId, now_us: int) -> bool:
        raise AssertionError


class MemorySignatures:
    def __init__(self) -> None:
        self.used: dict[bytes, int] = {}

    async def use(self, signature: bytes, *, expires_us: int, now_us: int) -> bool:
        is_new = signature not in self.used
        self.used[signature] = expires_us
        return is_new


@pytest.fixture
def tokens() -> MemoryTokens:
    vault = Vault(b"k" * 32)
    store = MemoryTokens()
    store.tokens = [
        Token(
            id=TokenId(KEY),
            name="ci",
            scopes=frozenset({Scope.READ}),
            secret_sha256=bytes(32),
            created_us=0,
            expires_us=(NOW_S + 86_400) * 1_000_000,
            signing_secret=vault.seal(SECRET, KEY),
        )
    ]
    return store


@pytest.fixture
def pandora(tokens: MemoryTokens) -> Pandora:
    access = Access(tokens, now_us=lambda: NOW_S * 1_000_000)
    return Pandora(access, Vault(b"k" * 32), MemorySignatures(), now_us=lambda: NOW_S * 1_000_000)


def request(method: str = "GET", path: str = PATH, **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    scope = {"method": method, "raw_path": path.encode()}
    return SimpleNamespace(scope=scope, headers=Headers(named), state=SimpleNamespace())


def check(pandora: Pandora, asked: Any) -> Token:
    return asyncio.run(pandora.authenticate(asked))


def signature(text: str, secret: str = SECRET) -> str:
    """Sign with nothing of the product."""
    digest = hmac.digest(secret.encode(), text.encode(), "sha1")
    return base64.urlsafe_b64encode(digest).decode()


def token_of(secret: str = SECRET, **claims: Any) -> str:
    values = {"resource": PATH, "expires": NOW_S + 60, "contentMD5": "", "contentType": "", "headers": ""}
    text = base64.urlsafe_b64encode(json.dumps({**values, "method": "GET", **claims}).encode()).decode()
    return f"Pandora {KEY}:{signature(text, secret)}:{text}"


def test_vectors_computed_by_hand() -> None:
    plain = text_to_sign("GET", "", "", DATE, "", PATH)
    assert plain == f"GET\n\n\n{DATE}\n{PATH}"
    assert base64.urlsafe_b64encode(sign(SECRET, plain)) == b"z-mRINKi1tdHzHLvTxIOSZ-biF0="
    headers = canonical_headers([("X-Qiniu-B", "2"), ("Accept", "*/*"), ("x-qiniu-a", "1")])
    assert headers == "\nx-qiniu-a:1\nx-qiniu-b:2"
    full = text_to_sign("POST", "1B2M2Y8AsgTpgAmY7PhCfg==", "application/json", DATE, headers, PATH)
    assert base64.urlsafe_b64encode(sign(SECRET, full)) == b"RAyaOAIpWQDCQ-Lqy46ftO9iK7w="


def test_a_signed_request_is_its_tokens(pandora: Pandora) -> None:
    asked = request(authorization=f"Pandora {KEY}:z-mRINKi1tdHzHLvTxIOSZ-biF0=", date=DATE)
    assert check(pandora, asked).id == KEY
    assert check(pandora, asked).id == KEY, "reading may be repeated"


@pytest.mark.parametrize("away_s", [-300, 300])
def test_the_clock_may_be_five_minutes_off(pandora: Pandora, tokens: MemoryTokens, away_s: int) -> None:
    access = Access(tokens, now_us=lambda: (NOW_S + away_s) * 1_000_000)
    vault = Vault(b"k" * 32)
    near = Pandora(access, vault, MemorySignatures(), now_us=lambda: (NOW_S + away_s) * 1_000_000)
    asked = request(authorization=f"Pandora {KEY}:z-mRINKi1tdHzHLvTxIOSZ-biF0=", date=DATE)
    assert check(near, asked).id == KEY
    beyond_us = (NOW_S + away_s) * 1_000_000 + (1 if away_s > 0 else -1)
    far = Pandora(access, vault, MemorySignatures(), now_us=lambda: beyond_us)
    with pytest.raises(Unauthenticated, match="away from the server's clock"):
        check(far, asked)


def test_what_changes_something_is_done_once(pandora: Pandora) -> None:
    signed = signature(f"DELETE\n\n\n{DATE}\n{PATH}/batch")
    asked = request("DELETE", f"{PATH}/batch", authorization=f"Pandora {KEY}:{signed}", date=DATE)
    check(pandora, asked)
    with pytest.raises(Unauthenticated, match="used before"):
        check(pandora, asked)


@pytest.mark.parametrize(
    ("method", "path", "date"),
    [
        ("POST", PATH, DATE),
        ("GET", f"{PATH}/batch", DATE),
        ("GET", PATH, "Tue, 10 Nov 2026 08:00:01 GMT"),
    ],
)
def test_a_signature_is_for_one_request(pandora: Pandora, method: str, path: str, date: str) -> None:
    with pytest.raises(Unauthenticated):
        check(
            pandora,
            request(method, path, authorization=f"Pandora {KEY}:z-mRINKi1tdHzHLvTxIOSZ-biF0=", date=date),
        )


def test_a_body_needs_its_hash(pandora: Pandora) -> None:
    body = b'{"tags": ["a"]}'
    bare = signature(f"POST\n\napplication/json\n{DATE}\n{PATH}")
    headers = {"date": DATE, "content_type": "application/json", "content_length": str(len(body))}
    with pytest.raises(Unauthenticated, match="Content-MD5"):
        check(pandora, request("POST", authorization=f"Pandora {KEY}:{bare}", **headers))
    md5 = base64.b64encode(hashlib.md5(body).digest()).decode()
    whole = signature(f"POST\n{md5}\napplication/json\n{DATE}\n{PATH}")
    asked = request("POST", authorization=f"Pandora {KEY}:{whole}", content_md5=md5, **headers)
    check(pandora, asked)
    assert asked.state.content_md5 == hashlib.md5(body).digest()
    assert parse_md5(hashlib.md5(body).hexdigest()) == hashlib.md5(body).digest()


def test_a_path_may_be_signed_as_it_is_sent_or_decoded(pandora: Pandora) -> None:
    for path in ("/v1/api/tags/caf%C3%A9", "/v1/api/tags/café"):
        signed = signature(f"GET\n\n\n{DATE}\n{path}")
        sent = request(path="/v1/api/tags/caf%C3%A9", authorization=f"Pandora {KEY}:{signed}", date=DATE)
        assert check(pandora, sent).id == KEY


def test_a_token_is_for_its_method_path_and_time(pandora: Pandora) -> None:
    assert check(pandora, request(authorization=token_of())).id == KEY
    for wrong in (
        {"method": "POST"},
        {"resource": "/v1/api/configs"},
        {"expires": NOW_S},
        {"expires": NOW_S + 86_401},
        {"contentType": "application/json"},
        {"headers": "\nx-qiniu-a:1"},
    ):
        with pytest.raises(Unauthenticated):
            check(pandora, request(authorization=token_of(**wrong)))
    with pytest.raises(Unauthenticated, match="signature is wrong"):
        check(pandora, request(authorization=token_of(secret="x")))


@pytest.mark.parametrize(
    "authorization",
    [
        "Pandora",
        "Pandora :",
        f"Pandora {KEY}",
        f"Pandora {KEY}:",
        f"Pandora {KEY}:!!!",
        f"Pandora {KEY}:é",
        f"Pandora unknown:{signature('x')}",
        f"Pandora {KEY}:{signature('x')}:e30=",
        f"Pandora {KEY}:{signature('x')}:!",
        f"Pandora {KEY}:a:b:c",
        "Pandora " + ":" * 10_000,
    ],
)
def test_hostile_credentials_are_refused(pandora: Pandora, authorization: str) -> None:
    with pytest.raises(Unauthenticated):
        check(pandora, request(authorization=authorization, date=DATE))


def test_an_expired_key_signs_no_more(pandora: Pandora, tokens: MemoryTokens) -> None:
    later_us = (NOW_S + 86_400) * 1_000_000
    late = Pandora(Access(tokens), Vault(b"k" * 32), MemorySignatures(), now_us=lambda: later_us)
    text = token_of(expires=NOW_S + 86_460)
    with pytest.raises(Unauthenticated, match="signature is wrong"):
        check(late, request(authorization=text))


def test_secrets_are_sealed_for_their_token() -> None:
    vault = Vault(bytes(range(32)), random.Random(1).randbytes)
    sealed = vault.seal(SECRET, KEY)
    assert SECRET.encode() not in sealed
    assert vault.open(sealed, KEY) == SECRET
    for opened in (lambda: vault.open(sealed, "other"), lambda: Vault(b"x" * 32).open(sealed, KEY)):
        with pytest.raises(Unavailable):
            opened()
