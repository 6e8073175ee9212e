"""A made-up machine: what a real one's collectors would see of it."""

import hashlib
import random
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from muster import __version__
from muster.agent.collect.sample import Sample, sample
from muster.agent.collect.snapshot import Snapshot
from muster.agent.runners.parts import Look
from muster.agent.simulated.lines import FILES, LogFile
from muster.agent.simulated.shape import Wave, at_noon, clamp
from muster.agent.simulated.story import FAILING, Story
from muster.model.desired import Watch
from muster.model.inventory import Disk, Interface, Inventory
from muster.model.link import Facts
from muster.model.metric_groups import group_of
from muster.model.metric_types import METRIC_TYPES
from muster.model.ports import parse_ports
from muster.model.report import OsInfo, Ports, Report

GIB = 1024**3
SYSTEM = "Debian GNU/Linux 12 (bookworm), Linux 6.1.0-18-amd64 x86_64"
UP_S = (9 * 86_400, 90 * 86_400)
"""A machine has been up for so long when it is made."""

STATES = ("established", "time_wait", "close_wait", "listen", "syn_sent", "fin_wait1", "fin_wait2")
USUAL_PORTS = (22, 445)
OPEN_PORTS = frozenset({22, 80, 443})


class Role(NamedTuple):
    """What a machine is for: its usual CPU and memory in percent, its programs and its traffic in bytes/s."""

    name: str
    cpu: float
    memory: float
    traffic: float
    connections: int
    programs: tuple[str, ...]


ROLES = (
    Role("web", 25, 45, 4e6, 400, ("Nginx", "Node", "Systemd")),
    Role("db", 35, 75, 9e5, 120, ("Postgres", "Pgbouncer", "Systemd")),
    Role("cache", 12, 85, 2e6, 250, ("Redis-server", "Systemd")),
    Role("build", 42, 60, 3e5, 20, ("Java", "Git", "Systemd")),
    Role("queue", 18, 40, 7e5, 160, ("Kafka", "Java", "Systemd")),
)


class SimulatedMachine:
    """Machine `number` of the fleet `seed`; the same two make the same machine.

    It is what `Collecting` calls a collector. Its methods return at once.
    """

    def __init__(
        self,
        number: int,
        *,
        seed: int = 0,
        now_s: Callable[[], float] = time.time,
        story: Story | None = None,
    ) -> None:
        """`story`: what happens to it, and its name says what it is for; None: nothing does."""
        role = ROLES[number % len(ROLES)]
        self.hostname = f"demo-{number:04d}" if story is None else f"demo-{role.name}-{number:02d}"
        self.number = number
        self._now_s = now_s
        self._seed = f"{seed}/{number}"
        self._story = story
        self._plot = story.of(number) if story is not None else {}
        self._chance = chance = random.Random(self._seed)  # noqa: S311 made-up data
        self.role = role
        self._cores = chance.choice((2, 4, 8, 16))
        self._memory = self._cores * chance.choice((2, 4)) * GIB
        self._disk = chance.choice((40, 80, 200, 500)) * GIB
        self._off: frozenset[str] = frozenset()
        self._ports = list(USUAL_PORTS)
        self._boot_s = int(story.since_s if story is not None else now_s()) - chance.randrange(*UP_S)
        self._cpu = self._wave(self.role.cpu * chance.uniform(0.6, 1.4), 0.4, 0.2)
        self._used = self._wave(min(80.0, self.role.memory * chance.uniform(0.8, 1.1)), 0.06, 0.02)
        self._received = self._wave(self.role.traffic * chance.uniform(0.5, 1.5), 0.5, 0.3)
        self._sent = self._wave(self.role.traffic * chance.uniform(0.5, 2.5), 0.5, 0.3)
        self._written = self._wave(chance.uniform(2e4, 2e6), 0.3, 0.5)
        self._filling = chance.uniform(20, 80), chance.uniform(0.05, 3.0)
        self._address = f"10.{seed % 250}.{number // 250 % 250}.{number % 250 + 2}"
        self._pids = {program: chance.randrange(300, 30_000) for program in self.role.programs}

    @property
    def files(self) -> Mapping[str, LogFile]:
        """The log files that are written there, by their paths."""
        return FILES[self.role.name]

    def file_key(self, path: str) -> str:
        """Return what makes a file of this machine another one than those of others."""
        return f"{self._seed}{path}"

    def fails(self, t_s: float) -> bool:
        """Tell whether its service fails at a time."""
        return self.number == FAILING and self._story is not None and self._story.fails(t_s)

    def facts(self) -> Facts:
        """Return what its agent says of it."""
        digest = hashlib.sha256(f"muster demo {self.hostname} {self._address}".encode())
        return Facts(
            hostname=self.hostname,
            machine_id=digest.hexdigest(),
            platform=SYSTEM,
            agent_version=__version__,
        )

    def collect(self) -> Report:
        """Return a report of now."""
        return self.report_at(self._now_s())

    def report_at(self, t_s: float) -> Report:
        """Return the report of a time; the same one for the same time, but for its id."""
        self._chance.seed(f"{self._seed}/{t_s}")
        return Report(
            boot_time=self._boot_s,
            cpu=round(self._cpu_percent(t_s), 1),
            date=int(t_s),
            disk_space={"/": round(self._disk_percent(t_s), 1)},
            id=str(uuid.uuid4()),
            memory=round(self._memory_percent(t_s), 1),
            os=OsInfo(
                machine="x86_64",
                node=self.hostname,
                processor="",
                release="6.1.0-18-amd64",
                system="Linux",
                version="#1",
            ),
            ports=Ports(
                in_use=[port for port in self._ports if port in OPEN_PORTS],
                not_in_use=[port for port in self._ports if port not in OPEN_PORTS],
            ),
            process={program: [pid] for program, pid in self._pids.items()},
        )

    def look(self, *, with_inventory: bool) -> Snapshot:
        """Return all that can be seen now."""
        t_s = self._now_s()
        inventory = self.inventory_at(t_s) if with_inventory else None
        samples = [one for one in self.samples_at(t_s) if group_of(one.metric) not in self._off]
        return Snapshot(int(t_s * 1e6), self.report_at(t_s), samples, inventory)

    def watch(self, watch: Watch) -> None:
        """Look at this from now on."""
        self._off = frozenset(watch.off)
        self._ports = list(USUAL_PORTS if watch.ports is None else parse_ports(watch.ports, "ports"))

    def open_look(self, types: Iterable[str]) -> Callable[[], Look]:
        """Return what a metric runner of some types looks with."""
        wanted = frozenset().union(*(METRIC_TYPES[name].metrics for name in types))

        def look() -> Look:
            t_s = self._now_s()
            return Look(int(t_s * 1e6), [one for one in self.samples_at(t_s) if one.metric in wanted], [])

        return look

    def samples_at(self, t_s: float) -> list[Sample]:
        """Return the samples of a time; the same ones for the same time."""
        self._chance.seed(f"{self._seed}/{t_s}")
        return list(self._samples(t_s))

    def _samples(self, t_s: float) -> Iterator[Sample]:
        cpu = self._cpu_percent(t_s)
        yield sample("cpu.used_percent", round(cpu, 2))
        for word, share in (("user", 0.62), ("system", 0.25), ("iowait", 0.08), ("steal", 0.05)):
            yield sample(f"cpu.{word}_percent", round(cpu * share, 2))
        for core in range(self._cores):
            percent = clamp(cpu + self._chance.gauss(0, 6), 0, 100)
            yield sample("cpu.core_percent", round(percent, 2), core=str(core))
        for span, factor in (("1m", 1.1), ("5m", 1.0), ("15m", 0.95)):
            yield sample(f"load.{span}", round(cpu / 100 * self._cores * factor, 2))
        memory = self._memory_percent(t_s)
        used = int(self._memory * memory / 100)
        yield sample("memory.total_bytes", self._memory)
        yield sample("memory.used_bytes", used)
        yield sample("memory.available_bytes", self._memory - used)
        yield sample("memory.cached_bytes", (self._memory - used) // 2)
        yield sample("memory.used_percent", round(memory, 2))
        yield sample("swap.total_bytes", 0)
        yield sample("swap.used_bytes", 0)
        yield from self._traffic(t_s)
        yield from self._disk_samples(t_s)
        for number, state in enumerate(STATES):
            mean = self.role.connections * cpu / self.role.cpu / (1 + 4 * number)
            yield sample("tcp.connections", max(0, round(mean + self._chance.gauss(0, 3))), state=state)
        yield sample("process.count", 90 + 10 * self._cores + round(self._chance.gauss(0, 2)))
        yield sample("system.uptime_s", round(t_s - self._boot_s, 2))
        for number, program in enumerate(self._pids):
            yield sample("process.cpu_percent", round(cpu * self._cores / (2 + number), 2), process=program)
            yield sample("process.memory_bytes", used // (2 + number), process=program)

    def _traffic(self, t_s: float) -> Iterator[Sample]:
        for word, wave in (("received", self._received), ("sent", self._sent)):
            count = wave.sum(self._boot_s, t_s)
            yield sample(f"network.{word}_bytes_total", int(count), interface="eth0")
            yield sample(f"network.{word}_packets_total", int(count / 900), interface="eth0")
        for word in ("receive_errors", "send_errors", "receive_drops", "send_drops"):
            yield sample(f"network.{word}_total", 0, interface="eth0")

    def _disk_samples(self, t_s: float) -> Iterator[Sample]:
        percent = self._disk_percent(t_s)
        yield sample("disk.total_bytes", self._disk, mountpoint="/")
        yield sample("disk.used_bytes", int(self._disk * percent / 100), mountpoint="/")
        yield sample("disk.used_percent", round(percent, 2), mountpoint="/")
        count = self._written.sum(self._boot_s, t_s)
        for metric, divisor in (
            ("read_bytes", 3),
            ("written_bytes", 1),
            ("reads", 24_000),
            ("writes", 16_000),
        ):
            yield sample(f"disk.{metric}_total", int(count / divisor), device="vda")
        yield sample("disk.busy_s_total", round(count / 4e7, 2), device="vda")

    def inventory_at(self, t_s: float) -> Inventory:
        """Return the inventory of a time."""
        memory, percent = self._memory_percent(t_s), self._disk_percent(t_s)
        load = self._cpu_percent(t_s) / 100 * self._cores
        return Inventory(
            ts_us=int(t_s * 1e6),
            hostname=self.hostname,
            system=SYSTEM,
            user="muster",
            boot_time_s=self._boot_s,
            interfaces=[Interface(name="eth0", is_up=True, mtu=1500, addresses=[self._address])],
            disks=[
                Disk(
                    device="/dev/vda1",
                    mountpoint="/",
                    file_system="ext4",
                    total_bytes=self._disk,
                    used_bytes=int(self._disk * percent / 100),
                )
            ],
            memory_total_bytes=self._memory,
            memory_used_bytes=int(self._memory * memory / 100),
            memory_percent=round(memory, 2),
            cpu_cores=max(1, self._cores // 2),
            cpu_threads=self._cores,
            cpu_mhz=2600.0,
            load=(round(load, 2), round(load, 2), round(load, 2)),
        )

    def _wave(self, mean: float, daily: float, fast: float) -> Wave:
        chance = self._chance
        phase = at_noon() + chance.uniform(-0.4, 0.4)
        return Wave(mean, mean * daily, mean * fast, chance.uniform(900, 4_500), phase)

    def _cpu_percent(self, t_s: float) -> float:
        more = self._plot["cpu"](t_s) if "cpu" in self._plot else 0.0
        return clamp(self._cpu.at(t_s) + more + self._chance.gauss(0, 2), 0.5, 100)

    def _memory_percent(self, t_s: float) -> float:
        if "memory" in self._plot:
            return self._plot["memory"](t_s)
        return clamp(self._used.at(t_s), 2, 90)

    def _disk_percent(self, t_s: float) -> float:
        """A disk fills, and is cleared before it is nearly full."""
        if "disk" in self._plot:
            return self._plot["disk"](t_s)
        first, per_day = self._filling
        return first + (t_s / 86_400 * per_day) % (84 - first)
