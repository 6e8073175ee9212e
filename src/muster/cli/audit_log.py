"""Opens the audit log of a server: its key, its name, its database."""

import logging
import os
import socket
import time
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from muster.core.audit.note import Signer
from muster.errors import InvalidInput, SettingsError
from muster.failpoints import Reach
from muster.settings import Settings
from muster.store.commit import Observer
from muster.store.relational.audit import AuditTable, log_origin, open_audit_database

KEY_FILE = "audit.key"

_log = logging.getLogger("muster.audit")


def open_audit_log(settings: Settings, *, reach: Reach, observer: Observer | None = None) -> AuditTable:
    """Open the log at this version's schema, its head signed by this server's key. Blocks.

    Raises SettingsError, and Unavailable when the log was changed behind the server's back.
    """
    relational = open_audit_database(settings.relational.dsn, settings.data, observer=observer)
    try:
        signer = make_signer(settings, log_origin(relational))
        table = AuditTable(
            relational,
            signer,
            settings.commit,
            now_us=lambda: time.time_ns() // 1000,
            reach=reach,
            observer=observer,
        )
    except BaseException:
        relational.close()
        raise
    try:
        if table.sign_head():
            _log.warning("the head of the audit log was signed by another key or name, and is signed anew")
    except BaseException:
        table.close()
        raise
    return table


def load_signer(settings: Settings) -> Signer:
    """Return what signs the checkpoints of an existing log. Blocks. Raises SettingsError."""
    path = key_path(settings)
    if not path.exists():
        raise SettingsError(
            f"no audit key at {path}; name the --data or --config that the server was started with"
        )
    relational = open_audit_database(settings.relational.dsn, settings.data, create=False)
    try:
        return make_signer(settings, log_origin(relational))
    finally:
        relational.close()


def make_signer(settings: Settings, known_origin: str) -> Signer:
    """Return what signs checkpoints, with a new key if there is none. Raises SettingsError."""
    origin = settings.audit.origin or known_origin or f"{socket.gethostname().lower()}/audit"
    try:
        return Signer(origin, load_key(key_path(settings)))
    except InvalidInput as error:
        raise SettingsError(error.message) from None


def key_path(settings: Settings) -> Path:
    """Return where the private key lies."""
    return Path(settings.audit.key_file) if settings.audit.key_file else settings.data / KEY_FILE


def load_key(path: Path) -> Ed25519PrivateKey:
    """Return the private key of a file, which is made, for this user only, if there is none.

    Raises SettingsError when it cannot be read or made, or others may read it.
    """
    try:
        if not path.exists():
            _create_key(path)
        if path.stat().st_mode & 0o077:
            raise SettingsError(f"audit key {path}: others may read it; run: chmod 600 {path}")
        key = load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise SettingsError(f"audit key {path}: {error.strerror}") from None
    except (ValueError, TypeError):
        raise SettingsError(f"audit key {path}: not a private key in PEM without a password") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise SettingsError(f"audit key {path}: expected an Ed25519 key")
    return key


def _create_key(path: Path) -> None:
    """Write a new key, on disk before it is used: what it signed must stay checkable."""
    text = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    new = path.with_name(f"{path.name}.new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.rename(path)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
