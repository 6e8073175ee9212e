"""The key file that encrypts the secrets of signing tokens, in the data directory."""

import contextlib
import os
from pathlib import Path

from muster.core.signing import KEY_BYTES, Vault
from muster.errors import SettingsError

KEY_FILE = "signing.key"


def open_vault(data: Path) -> Vault:
    """Return the vault of a data directory; its key is made the first time. Raises SettingsError."""
    path = data / KEY_FILE
    try:
        with contextlib.suppress(FileExistsError):
            _create(path, os.urandom(KEY_BYTES))
        key = path.read_bytes()
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from None
    if len(key) != KEY_BYTES:
        raise SettingsError(f"{path} is damaged: {len(key)} bytes, expected {KEY_BYTES}")
    return Vault(key)


def _create(path: Path, key: bytes) -> None:
    """Write a new file whole, on disk, and only for its owner. Raises FileExistsError."""
    if path.exists():
        raise FileExistsError
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(unfinished, path)
    finally:
        unfinished.unlink()
