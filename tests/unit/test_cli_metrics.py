"""`muster metrics`: what people read."""

import json

import httpx
import pytest
from click.testing import CliRunner

from muster.cli import metrics
from muster.cli.client import Client


@pytest.mark.parametrize(
    ("values", "drawn"),
    [
        ([0.0, 50.0, 100.0], "▁▅█"),
        ([5.0, 5.0], "▁▁"),
        ([1.0, None, 2.0], "▁ █"),
        ([None, None], "  "),
        ([], ""),
    ],
)
def test_sparklines(values: list[float | None], drawn: str) -> None:
    assert metrics.sparkline(values) == drawn


def test_a_long_sparkline_draws_means() -> None:
    values: list[float | None] = [float(n // 5) for n in range(300)]
    drawn = metrics.sparkline(values, width=60)
    assert (len(drawn), drawn[0], drawn[-1]) == (60, "▁", "█")


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (12.34, "percent", "12.3 %"),
        (0.0, "bytes", "0 B"),
        (1536.0, "bytes/s", "1.5 KiB/s"),
        (-2048.0, "bytes", "-2.0 KiB"),
        (1e30, "bytes", "888178419700125.2 PiB"),
        (41.5, "celsius", "41.5 °C"),
        (3600.0, "s", "3600 s"),
        (7.0, "", "7"),
        (0.123456, "", "0.1235"),
        (2.5, "/s", "2.5 /s"),
    ],
)
def test_values_have_units(value: float, unit: str, text: str) -> None:
    assert metrics.to_text(value, unit) == text


def run(monkeypatch: pytest.MonkeyPatch, answer: object, *arguments: str) -> tuple[str, list[str]]:
    asked: list[str] = []

    def reply(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.raw_path.decode())
        return httpx.Response(200, json=answer)

    transport = httpx.MockTransport(reply)
    monkeypatch.setattr(
        "muster.cli.client.Client", lambda url, token, ca_file: Client(url, token, transport=transport)
    )
    result = CliRunner().invoke(metrics.command, list(arguments))
    assert result.exit_code == 0, result.output
    return result.output, asked


def test_without_a_metric_the_newest_of_each(monkeypatch: pytest.MonkeyPatch) -> None:
    series = {"agent_id": "a", "ts_us": 1}
    answer = [
        series | {"metric": "load.1m", "labels": {}, "unit": "", "value": 0.5},
        series | {"metric": "disk.reads_total", "labels": {"device": "sda"}, "unit": "/s", "value": 1200.0},
    ]
    output, asked = run(monkeypatch, answer, "--agent", "web1")
    assert output == "load.1m                       0.5\ndisk.reads_total{device=sda}  1200\n"
    assert asked == ["/api/metrics/last?agent=web1"]
    assert run(monkeypatch, [])[0] == "no samples in the last 15 minutes\n"


def test_a_metric_over_time(monkeypatch: pytest.MonkeyPatch) -> None:
    series = {"agent_id": "a", "metric": "cpu.used_percent", "labels": {}, "unit": "percent"}
    values = [10.0, None, 30.0, 20.0]
    answer = {"from_us": 0, "to_us": 40_000_000, "interval_s": 10, "series": [series | {"values": values}]}
    output, asked = run(monkeypatch, answer, "cpu.used_percent", "load.1m", "--from", "-15m")
    assert "cpu.used_percent  ▁ █▅  20.0 %  (10.0 % to 30.0 %)" in output
    assert asked == ["/api/metrics?metric=cpu.used_percent&metric=load.1m&from=-15m&to=now"]
    printed, _ = run(monkeypatch, answer, "cpu.used_percent", "--json")
    assert json.loads(printed) == answer
    assert "muster metrics" in run(monkeypatch, answer | {"series": []}, "nothing")[0]
