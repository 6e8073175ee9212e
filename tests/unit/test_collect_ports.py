"""Watched ports: their specification, and which of them real sockets use."""

import socket
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from muster.agent.collect.ports import parse_ports, read_ports_in_use
from muster.errors import InvalidInput


def has_ipv6() -> bool:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


def port_of(sock: socket.socket) -> int:
    return int(sock.getsockname()[1])


def test_every_kind_of_local_socket_uses_its_port() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        socket.create_connection(listening.getsockname()) as connected,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram,
    ):
        datagram.bind(("127.0.0.1", 0))
        ports = {port_of(listening), port_of(connected), port_of(datagram)}
        assert len(ports) == 3
        assert ports <= read_ports_in_use()


def test_a_connection_of_a_server_that_listens_no_more_uses_its_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = port_of(listening)
        near = socket.create_connection(listening.getsockname())
        far, _ = listening.accept()
    with near, far:
        assert port in read_ports_in_use()


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")
def test_ipv6_counts_too() -> None:
    with (
        socket.create_server(("::1", 0), family=socket.AF_INET6) as listening,
        socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as datagram,
    ):
        datagram.bind(("::1", 0))
        assert {port_of(listening), port_of(datagram)} <= read_ports_in_use()


def test_a_port_is_free_again_when_its_socket_is_closed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = port_of(listening)
        assert port in read_ports_in_use()
    assert port not in read_ports_in_use()


HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"


def test_only_the_local_column_counts_and_a_table_may_be_missing(tmp_path: Path) -> None:
    rest = "01 00000000:00000000 00:00000000 00000000     0        0 1 1 0 20 4 30 10 -1\n"
    (tmp_path / "tcp").write_text(f"{HEAD}   0: 0100007F:01BB 0200007F:0050 {rest}")
    (tmp_path / "udp6").write_text(f"{HEAD}12345: {'0' * 32}:FFFF {'0' * 32}:0001 {rest}half a li")
    assert read_ports_in_use(tmp_path) == {443, 65535}


def test_a_system_without_socket_tables_is_asked_through_psutil(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [SimpleNamespace(laddr=SimpleNamespace(port=80)), SimpleNamespace(laddr=())]
    monkeypatch.setattr(psutil, "net_connections", lambda kind: found if kind == "inet" else None)
    assert read_ports_in_use(tmp_path) == {80}


@pytest.mark.parametrize(
    ("spec", "ports"),
    [
        ((445, "3000-3002"), [445, 3000, 3001, 3002]),
        (("80", 80, "79-81"), [80, 79, 81]),
        (("1", 65535), [1, 65535]),
        ((), []),
    ],
)
def test_port_specifications(spec: tuple[int | str, ...], ports: list[int]) -> None:
    assert parse_ports(spec) == ports


@pytest.mark.parametrize("item", [0, 65536, -1, "x", "", "5-4", "1-65536", "1,2", "٣"])
def test_a_wrong_port_is_named(item: int | str) -> None:
    with pytest.raises(InvalidInput) as error:
        parse_ports([80, item])
    assert error.value.field == "agent.ports[1]"
