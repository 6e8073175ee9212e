"""Secrets with which callers sign requests: kept encrypted, since a signature needs them."""

import secrets
from collections.abc import Callable
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from muster.errors import Unavailable

KEY_BYTES = 32
_NONCE_BYTES = 12


class SignatureStore(Protocol):
    """Remembers signatures that were used. All methods may run concurrently."""

    async def use(self, signature: bytes, *, expires_us: int, now_us: int) -> bool:
        """Note a signature (32 bytes) until a time (Unix microseconds); durable on return.

        False when it was used before; those that expired may be forgotten.
        """
        ...


class Vault:
    """Encrypts secrets with AES-256-GCM; each is bound to the token that it belongs to."""

    def __init__(self, key: bytes, random_bytes: Callable[[int], bytes] = secrets.token_bytes) -> None:
        self._cipher = AESGCM(key)
        self._random_bytes = random_bytes

    def seal(self, secret: str, token_id: str) -> bytes:
        """Return a secret encrypted."""
        nonce = self._random_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, secret.encode(), token_id.encode())

    def open(self, sealed: bytes, token_id: str) -> str:
        """Return the secret. Raises Unavailable when it was sealed with another key, or changed since."""
        try:
            opened = self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], token_id.encode())
        except InvalidTag:
            raise Unavailable(f"the key file does not fit the secret of token {token_id}") from None
        return opened.decode()
