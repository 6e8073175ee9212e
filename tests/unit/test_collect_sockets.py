"""Sockets: the ports that real ones use, and the states in made-up tables."""

import socket
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from muster.agent.collect.sockets import STATES, SocketTables, socket_samples


def ports_in_use() -> frozenset[int]:
    return SocketTables(with_ports=True).read().ports


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
        assert ports <= ports_in_use()


def test_a_connection_of_a_server_that_listens_no_more_uses_its_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = port_of(listening)
        near = socket.create_connection(listening.getsockname())
        far, _ = listening.accept()
    with near, far:
        assert port in ports_in_use()


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")
def test_ipv6_counts_too() -> None:
    with (
        socket.create_server(("::1", 0), family=socket.AF_INET6) as listening,
        socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as datagram,
    ):
        datagram.bind(("::1", 0))
        assert {port_of(listening), port_of(datagram)} <= ports_in_use()


def test_a_port_is_free_again_when_its_socket_is_closed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = port_of(listening)
        assert port in ports_in_use()
    assert port not in ports_in_use()


HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
REST = "00000000:00000000 00:00000000 00000000     0        0 1 1 0 20 4 30 10 -1\n"


def write_tables(proc_net: Path) -> None:
    (proc_net / "tcp").write_text(
        f"{HEAD}   0: 0100007F:01BB 0200007F:0050 01 {REST}"
        f"   1: 0100007F:01BB 0200007F:0051 01 {REST}"
        f"   2: 00000000:01BB 00000000:0000 0A {REST}"
    )
    (proc_net / "tcp6").write_text(f"{HEAD}   0: {'0' * 32}:1F90 {'0' * 32}:0000 0C {REST}")
    (proc_net / "udp6").write_text(f"{HEAD}12345: {'0' * 32}:FFFF {'0' * 32}:0001 07 {REST}half a li")


def test_only_the_local_column_counts_and_a_table_may_be_missing(tmp_path: Path) -> None:
    write_tables(tmp_path)
    assert SocketTables(with_ports=True, proc_net=tmp_path).read().ports == {443, 8080, 65535}


def test_states_are_counted_over_both_families_and_absent_ones_are_zero(tmp_path: Path) -> None:
    write_tables(tmp_path)
    samples = list(socket_samples(SocketTables(with_ports=False, proc_net=tmp_path).read()))
    assert {one.metric for one in samples} == {"tcp.connections"}
    states = {one.labels.removeprefix("state="): one.value for one in samples}
    assert {state: count for state, count in states.items() if count} == {
        "established": 2,
        "listen": 1,
        "syn_recv": 1,
    }
    assert states.keys() == set(STATES)


def test_without_watched_ports_the_tables_of_udp_are_not_read(tmp_path: Path) -> None:
    write_tables(tmp_path)
    assert SocketTables(with_ports=False, proc_net=tmp_path).read().ports == {443, 8080}


def test_a_system_without_socket_tables_is_asked_through_psutil(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [
        SimpleNamespace(laddr=SimpleNamespace(port=80), status="LISTEN"),
        SimpleNamespace(laddr=(), status="NONE"),
    ]
    monkeypatch.setattr(psutil, "net_connections", lambda kind: found if kind == "inet" else None)
    sockets = SocketTables(with_ports=True, proc_net=tmp_path).read()
    assert sockets.ports == {80}
    assert sockets.states == {**dict.fromkeys(STATES, 0), "listen": 1}
    monkeypatch.setattr(psutil, "net_connections", lambda _: pytest.fail("root only"))
    assert SocketTables(with_ports=False, proc_net=tmp_path).read() == (frozenset(), {})


def test_a_listening_socket_of_this_machine_is_counted() -> None:
    with socket.create_server(("127.0.0.1", 0)):
        assert SocketTables(with_ports=False).read().states["listen"] >= 1
