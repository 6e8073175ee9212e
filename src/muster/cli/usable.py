"""Whether settings can be used: what is known only when values meet files, drivers and each other."""

import ssl
from collections.abc import Callable
from pathlib import Path

from muster.errors import InvalidInput, SettingsError
from muster.settings import Settings


def find_unusable(settings: Settings) -> list[str]:
    """Return why a server could not start with these settings, a line for each reason.

    Files are read; nothing is connected to.
    """
    problems: list[str] = []
    for check in (_check_relational, _check_telemetry, _check_tls, _check_ports, _check_audit):
        try:
            check(settings)
        except SettingsError as error:
            problems += error.problems
        except InvalidInput as error:
            problems.append(error.message)
    return problems


def refuse_unusable(settings: Settings) -> None:
    """Raise SettingsError with all reasons why a server could not start with these settings."""
    problems = find_unusable(settings)
    if problems:
        raise SettingsError(*problems)


def _check_relational(settings: Settings) -> None:
    if settings.relational.dsn:
        from muster.store.relational.database import parse_dsn

        parse_dsn(settings.relational.dsn)


def _check_telemetry(settings: Settings) -> None:
    if settings.telemetry.dsn:
        from muster.store.telemetry.clients import http_dsn

        http_dsn(settings.telemetry.dsn)


def _check_tls(settings: Settings) -> None:
    """Raise SettingsError unless certificate and key can be read and belong together."""
    certificate, key = settings.server.tls_certificate, settings.server.tls_key
    if not certificate or not key:
        return
    missing = [
        f"{name}: {path}: {reason}"
        for name, path in (("server.tls_certificate", certificate), ("server.tls_key", key))
        if (reason := _why_unreadable(Path(path)))
    ]
    if missing:
        raise SettingsError(*missing)
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password=_no_password)
    except (ssl.SSLError, ValueError) as error:
        raise SettingsError(f"server.tls_certificate, server.tls_key: {error}") from None


def _check_ports(settings: Settings) -> None:
    from muster.model.ports import parse_ports

    parse_ports(settings.agent.ports)


def _why_unreadable(path: Path) -> str:
    try:
        with path.open("rb"):
            return ""
    except OSError as error:
        return error.strerror or type(error).__name__


_no_password: Callable[[], str] = str
"""Answers the question for an encrypted key's password, which a server could not."""


def _check_audit(settings: Settings) -> None:
    """Raise unless the audit log's name and key can be used; a key that is not there yet is made later."""
    if not settings.audit.origin and not settings.audit.key_file:
        return
    from muster.cli.audit_log import key_path, load_key
    from muster.core.audit.note import check_origin

    if settings.audit.origin:
        check_origin(settings.audit.origin)
    if key_path(settings).exists():
        load_key(key_path(settings))
    elif not key_path(settings).parent.is_dir():
        raise SettingsError(f"audit.key_file: {key_path(settings).parent} is no directory")
