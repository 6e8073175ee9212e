"""Samples as a fleet of servers makes them: 86 series a machine, a look each 10 s, made by the engine."""

from typing import NamedTuple

from muster.store.telemetry.clients import TelemetryClients

START_S = 1_790_000_000
STEP_S = 10
JITTER_US = 4_000
"""A look begins up to so much after its tick."""


class Shape(NamedTuple):
    """A series; its value is an expression of `n` (normal noise), `walk` and `rise` (sums), `t` and `s`."""

    metric: str
    labels: str
    value: str


CONSTANT = "1e9 * (1 + s)"
NOTHING = "0"
PERCENT = "round(abs(10 + 5 * sin(t / 500 + s) + 2 * n), 2)"
SLOW_PERCENT = "round(50 + walk / 1000, 2)"
LOAD = "round(abs(1 + walk / 500), 2)"
MEMORY = "4096 * round(1e5 * (1 + s) + 100 * walk)"
FILLING = "4096 * round(1e6 + 1e5 * s + floor(rise / 20))"
BYTES = "round(1e9 + 5e4 * rise)"
OPERATIONS = "round(1e6 + 300 * rise)"
SECONDS = "round(1e3 + 0.5 * rise, 2)"
NUMBER = "round(100 + 5 * sin(t / 300 + s) + n)"
UPTIME = f"1000 + {STEP_S} * t"
CELSIUS = "round(40 + 5 * sin(t / 300 + s) + n)"


def shapes() -> list[Shape]:
    """Return the series of one machine with 8 cores, 3 mounts, 2 disks and 2 interfaces."""
    found = [Shape(f"cpu.{name}_percent", "", PERCENT) for name in ("used", "user", "system", "iowait")]
    found += [Shape("cpu.steal_percent", "", NOTHING)]
    found += [Shape("cpu.core_percent", f"core={core}", PERCENT) for core in range(8)]
    found += [Shape(f"load.{span}", "", LOAD) for span in ("1m", "5m", "15m")]
    found += [Shape(f"memory.{name}_bytes", "", MEMORY) for name in ("used", "available", "cached")]
    found += [Shape("memory.total_bytes", "", CONSTANT), Shape("memory.used_percent", "", SLOW_PERCENT)]
    found += [Shape("swap.total_bytes", "", CONSTANT), Shape("swap.used_bytes", "", NOTHING)]
    for mount in ("/", "/home", "/var"):
        at = f"mountpoint={mount}"
        found += [Shape("disk.total_bytes", at, CONSTANT), Shape("disk.used_bytes", at, FILLING)]
        found += [Shape("disk.used_percent", at, SLOW_PERCENT)]
    for device in ("nvme0n1", "sda"):
        at = f"device={device}"
        found += [Shape(f"disk.{name}_bytes_total", at, BYTES) for name in ("read", "written")]
        found += [Shape(f"disk.{name}_total", at, OPERATIONS) for name in ("reads", "writes")]
        found += [Shape("disk.busy_s_total", at, SECONDS)]
    for interface in ("docker0", "eth0"):
        at = f"interface={interface}"
        for way in ("received", "sent"):
            found += [Shape(f"network.{way}_bytes_total", at, BYTES)]
            found += [Shape(f"network.{way}_packets_total", at, OPERATIONS)]
        for what in ("receive_errors", "send_errors", "receive_drops", "send_drops"):
            found += [Shape(f"network.{what}_total", at, NOTHING)]
    for state in ("close_wait", "established", "fin_wait1", "fin_wait2", "listen", "syn_sent", "time_wait"):
        busy = state in ("established", "time_wait")
        found += [Shape("tcp.connections", f"state={state}", NUMBER if busy else NOTHING)]
    found += [Shape("process.count", "", NUMBER), Shape("system.uptime_s", "", UPTIME)]
    for process in ("Chrome", "Java", "Node", "Nginx", "Postgres", "Python3", "Redis", "Systemd"):
        found += [Shape("process.cpu_percent", f"process={process}", PERCENT)]
        found += [Shape("process.memory_bytes", f"process={process}", MEMORY)]
    found += [Shape("temperature.celsius", f"sensor=core{core}", CELSIUS) for core in range(3)]
    return found


def agent_id(number: int) -> str:
    """Return the id of a made-up agent."""
    return f"{number:032x}"


def fill(clients: TelemetryClients, agents: int, looks: int) -> int:
    """Store so many looks of each agent, with receipts; return the number of samples."""
    series = shapes()
    for number in range(agents):
        clients.command(_insert(series, number, looks))
        clients.command(_receipts(number, looks, len(series)))
    return agents * looks * len(series)


def _ts(agent: int, t: str) -> str:
    jitter = f"cityHash64({agent}, {t}) % {JITTER_US}"
    first_us = START_S * 1_000_000 + agent * 123_457
    return f"fromUnixTimestamp64Micro(toInt64({first_us} + {t} * {STEP_S * 1_000_000} + {jitter}), 'UTC')"


def _insert(series: list[Shape], agent: int, looks: int) -> str:
    names = ", ".join(f"({s}, '{shape.metric}', '{shape.labels}')" for s, shape in enumerate(series))
    values = ", ".join(f"s = {s}, {shape.value}" for s, shape in enumerate(series))
    noise = f"randNormal(0, 1, {agent} * 1000000 + number)"
    busy = f"if(rand(number + {agent}) % 3 = 0, 0, randExponential(1, number))"
    return (
        f"INSERT INTO samples SELECT toDate({START_S}), '{agent_id(agent)}', metric, labels, "
        f"{_ts(agent, 't')}, toFloat64(multiIf({values}, 0)), '{agent_id(agent)}', t + 1, '' "
        "FROM (SELECT s, metric, labels, t, n, sum(n) OVER w AS walk, sum(e) OVER w AS rise FROM "
        f"(SELECT series.1 AS s, series.2 AS metric, series.3 AS labels, number AS t, {noise} AS n, "
        f"{busy} AS e FROM numbers({looks}) ARRAY JOIN [{names}] AS series) "
        "WINDOW w AS (PARTITION BY s ORDER BY t ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW))"
    )


def _receipts(agent: int, looks: int, rows: int) -> str:
    return (
        f"INSERT INTO samples SELECT toDate({START_S}), '{agent_id(agent)}', '', '', {_ts(agent, 'number')}, "
        f"{rows}, '{agent_id(agent)}', number + 1, lower(hex(SHA256(toString(number)))) FROM numbers({looks})"
    )
