"""Host and Origin checks, and what counts as loopback."""

import pytest

from muster.api.http.origin import came_through_proxy, check_host, check_origin, is_loopback
from muster.errors import Forbidden, InvalidInput


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_loopback_peers(peer: str) -> None:
    assert is_loopback(peer)


@pytest.mark.parametrize("peer", ["192.0.2.1", "::ffff:192.0.2.1", "fe80::1%eth0", "localhost", "", None])
def test_other_peers(peer: str | None) -> None:
    assert not is_loopback(peer)


@pytest.mark.parametrize(
    "name",
    [
        *("forwarded", "via", "x-forwarded-for", "x-forwarded-proto"),
        *("x-real-ip", "cf-connecting-ip", "true-client-ip", "x-client-ip"),
        *("x-cluster-client-ip", "fastly-client-ip"),
    ],
)
def test_forwarded_requests_are_recognised(name: str) -> None:
    assert came_through_proxy({"accept": "*/*", name: ""})
    assert not came_through_proxy({"accept": "*/*"})


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST:8080", "127.0.0.1:8080", "[::1]:8080", "192.0.2.1", "muster.example:8080"],
)
def test_known_hosts_pass(host: str) -> None:
    check_host(host, {"muster.example"})


@pytest.mark.parametrize(
    "host", ["evil.example", "muster.example.evil", "", "[::1", "127.0.0.1.evil.example"]
)
def test_unknown_hosts_are_refused(host: str) -> None:
    with pytest.raises(InvalidInput, match="allowed_hosts"):
        check_host(host, {"muster.example"})


def test_a_page_of_another_site_is_refused() -> None:
    check_origin("http://localhost:8080", "localhost:8080")
    for origin in ("http://localhost:9090", "https://evil.example", "null", ""):
        with pytest.raises(Forbidden):
            check_origin(origin, "localhost:8080")
