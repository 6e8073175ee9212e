"""Metric runners of source 4: types, attribute switches, and what is refused by name."""

import pytest

from muster.errors import InvalidInput
from muster.model.metric_types import METRIC_TYPES, MetricChoice, parse_metric_runner


def choice(**asked: object) -> MetricChoice:
    (found,) = parse_metric_runner({"metric": [asked]}).choices
    return found


def test_a_type_without_switches_gives_all_its_metrics() -> None:
    assert choice(type="mem").metrics == METRIC_TYPES["mem"].metrics
    assert choice(type="cpu").metrics == METRIC_TYPES["cpu"].metrics
    assert "cpu.core_percent" in choice(type="cpu").metrics


def test_an_attribute_that_is_false_is_left_out() -> None:
    found = choice(type="system", attributes={"system_load5": False, "system_uptime": "false"})
    assert found.metrics == {"load.1m", "load.15m"}


def test_a_metric_goes_when_every_attribute_that_needs_it_is_off() -> None:
    one = choice(type="net", attributes={"net_bytes_recv": False})
    both = choice(type="net", attributes={"net_bytes_recv": False, "net_bytes_recv_per_sec": False})
    assert "network.received_bytes_total" in one.metrics
    assert "network.received_bytes_total" not in both.metrics


def test_cores_and_the_whole_are_switched_by_the_type_s_own_configuration() -> None:
    assert "cpu.core_percent" not in choice(type="cpu", config={"per_cpu": "false"}).metrics
    assert choice(type="cpu", config={"total_cpu": False}).metrics == {"cpu.core_percent"}


def test_labels_and_states_are_picked() -> None:
    assert choice(type="disk", config={"mount_points": ["/", "/var"]}).labels == {"mountpoint": {"/", "/var"}}
    assert choice(type="net", config={"interfaces": "eth0, eth1"}).labels == {"interface": {"eth0", "eth1"}}
    states = choice(type="netstat", attributes={"netstat_tcp_listen": False}).states
    assert states is not None
    assert "listen" not in states
    assert "established" in states


def test_what_nobody_measures_is_named_when_it_is_asked_for() -> None:
    found = choice(type="mem", attributes={"mem_free": True, "mem_active": False})
    assert found.unmeasured == ("mem_free",)


@pytest.mark.parametrize(
    ("text", "interval_s"), [(None, 30.0), ("", 30.0), (0, 30.0), ("3", 3.0), (10, 10.0)]
)
def test_the_interval_is_a_number_or_its_text(text: object, interval_s: float) -> None:
    assert (
        parse_metric_runner({"metric": [{"type": "cpu"}], "collect_interval": text}).interval_s == interval_s
    )


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({}, "metric: expected a list"),
        ({"metric": []}, "metric: expected a list"),
        ({"metric": [3]}, r"metric\[0\]: expected"),
        ({"metric": [{"type": "cpuu"}]}, r"metric\[0\]\.type: unknown; did you mean cpu\?"),
        ({"metric": [{}]}, r"metric\[0\]\.type: unknown"),
        ({"metric": [{"type": "cpu", "atributes": {}}]}, "atributes: unknown; did you mean attributes"),
        ({"metric": [{"type": "cpu", "attributes": []}]}, "attributes: expected an object"),
        (
            {"metric": [{"type": "cpu", "attributes": {"cpu_usage_usr": False}}]},
            "did you mean cpu_usage_user",
        ),
        ({"metric": [{"type": "cpu", "attributes": {"cpu_usage_user": 3}}]}, "expected true or false"),
        ({"metric": [{"type": "cpu", "config": {"percpu": True}}]}, "did you mean per_cpu"),
        ({"metric": [{"type": "disk", "config": {"mount_points": [3]}}]}, "expected a list of texts"),
        ({"metric": [{"type": "cpu"}, {"type": "cpu"}]}, "cpu is there twice"),
        ({"metric": [{"type": "cpu"}], "collect_intervall": 3}, "did you mean collect_interval"),
        ({"metric": [{"type": "cpu"}], "collect_interval": "0.5"}, "collect_interval: expected 1-86400"),
        ({"metric": [{"type": "cpu"}], "collect_interval": "nan"}, "collect_interval: expected 1-86400"),
        ({"metric": [{"type": "cpu"}], "collect_interval": True}, "collect_interval: expected 1-86400"),
        ({"metric": [{"type": "cpu"}], "senders": [{"sender_type": "kafka"}]}, "senders: samples go"),
        ({"metric": [{"type": "cpu"}], "senders": "kafka"}, "senders: samples go"),
    ],
)
def test_mistakes_are_named(config: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        parse_metric_runner(config)


def test_types_that_nobody_collects_can_be_configured() -> None:
    assert choice(type="kernel_vmstat", attributes={"anything": True}).metrics == frozenset()
