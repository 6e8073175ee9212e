"""Network counters of a made-up machine and of this one."""

from types import SimpleNamespace

import psutil
import pytest

from muster.agent.collect.network import network_samples, read_network

COUNTERS = SimpleNamespace(
    bytes_recv=1, bytes_sent=2, packets_recv=3, packets_sent=4, errin=5, errout=6, dropin=7, dropout=8
)


def test_each_counter_is_a_metric_by_interface(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "net_io_counters", lambda **_: {"eth0": COUNTERS})
    assert [tuple(one) for one in network_samples(read_network())] == [
        ("network.received_bytes_total", "interface=eth0", 1.0),
        ("network.sent_bytes_total", "interface=eth0", 2.0),
        ("network.received_packets_total", "interface=eth0", 3.0),
        ("network.sent_packets_total", "interface=eth0", 4.0),
        ("network.receive_errors_total", "interface=eth0", 5.0),
        ("network.send_errors_total", "interface=eth0", 6.0),
        ("network.receive_drops_total", "interface=eth0", 7.0),
        ("network.send_drops_total", "interface=eth0", 8.0),
    ]


def test_loopback_and_links_of_containers_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["lo", "lo0", "veth1a2b", "lora", "wlan0"]
    monkeypatch.setattr(psutil, "net_io_counters", lambda **_: dict.fromkeys(names, COUNTERS))
    assert list(read_network()) == ["lora", "wlan0"]


def test_this_machine_is_asked() -> None:
    assert read_network().keys() <= psutil.net_io_counters(pernic=True).keys()
