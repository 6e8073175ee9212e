"""Addresses to show: where this machine, or a browser, reaches the server."""

from muster.settings import Settings


def own_url(settings: Settings) -> str:
    """Return the address at which this machine reaches the server."""
    host = settings.server.host
    if host in ("0.0.0.0", "::"):  # noqa: S104 compared, not bound
        host = "127.0.0.1" if host == "0.0.0.0" else "::1"  # noqa: S104
    scheme = "https" if settings.server.tls_certificate else "http"
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{settings.server.port}"


def sign_in_url(url: str, code: str) -> str:
    """Return the link that signs in with a code; what follows `#` never leaves the browser."""
    return f"{url}/sign-in#code={code}"
