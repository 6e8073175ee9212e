"""Where a request comes from: the peer, the Host it named, the page that sent it."""

import ipaddress
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from muster.errors import Forbidden, InvalidInput

PROXY_HEADERS = frozenset(
    {
        "cf-connecting-ip",
        "fastly-client-ip",
        "forwarded",
        "true-client-ip",
        "via",
        "x-client-ip",
        "x-cluster-client-ip",
        "x-real-ip",
    }
)
"""What proxies add to say whom they speak for, besides X-Forwarded-*; not every proxy adds one."""


def is_loopback(peer: str | None) -> bool:
    """Tell whether the socket's peer address is this machine's loopback."""
    try:
        address = ipaddress.ip_address((peer or "").partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


def came_through_proxy(headers: Mapping[str, str]) -> bool:
    """Tell whether any header says that the request was forwarded."""
    return any(name in PROXY_HEADERS or name.startswith("x-forwarded") for name in headers)


def check_host(host: str, allowed: Iterable[str]) -> None:
    """Refuse a Host header that is neither an address nor a known name: DNS rebinding needs a name.

    Raises InvalidInput.
    """
    name = _hostname(host)
    if name in allowed or name == "localhost":
        return
    try:
        ipaddress.ip_address(name)
    except ValueError:
        raise InvalidInput(
            f"{name or 'empty'!r} is not a name of this server; add it to server.allowed_hosts", field="Host"
        ) from None


def check_origin(origin: str, host: str) -> None:
    """Refuse a request that a page of another site made a browser send. Raises Forbidden."""
    if urlsplit(origin).netloc.lower() != host.lower():
        raise Forbidden(f"cross-site request from {origin}")


def _hostname(host: str) -> str:
    """Return the host part of a Host header, without port and brackets, in lower case."""
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""
