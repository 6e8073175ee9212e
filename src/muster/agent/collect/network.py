"""What network interfaces receive and send: counters since they came up."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import psutil

from muster.agent.collect.sample import Sample, sample

_LEFT_OUT = re.compile(r"lo[0-9]*|veth.*", re.DOTALL)
"""Loopback, and the ends of containers' links, which come and go with them."""

_COUNTERS = {
    "network.received_bytes_total": "bytes_recv",
    "network.sent_bytes_total": "bytes_sent",
    "network.received_packets_total": "packets_recv",
    "network.sent_packets_total": "packets_sent",
    "network.receive_errors_total": "errin",
    "network.send_errors_total": "errout",
    "network.receive_drops_total": "dropin",
    "network.send_drops_total": "dropout",
}


def read_network() -> Mapping[str, Any]:
    """Return psutil's counters by interface. Raises OSError or psutil.Error."""
    found = psutil.net_io_counters(pernic=True, nowrap=False) or {}
    return {name: counters for name, counters in found.items() if not _LEFT_OUT.fullmatch(name)}


def network_samples(interfaces: Mapping[str, Any]) -> Iterator[Sample]:
    """Return the counters by interface."""
    for name, counters in interfaces.items():
        for metric, field in _COUNTERS.items():
            yield sample(metric, getattr(counters, field), interface=name)
