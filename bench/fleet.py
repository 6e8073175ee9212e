"""How fast a change reaches the fleet: real agents, then thousands on made-up machines."""

import contextlib
import statistics
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec

from bench.agent import pause
from bench.figures import Figure, cpu_s, rss_mb
from muster.model.link import Facts
from tests.processes import MUSTER, Program, Site, wait_for

REAL, FEW, MANY = 3, 500, 5_000
ROUNDS = 30
START_S, SPREAD_S = 240.0, 120.0
PROBE_S = 0.1
PATIENCE_S = 120.0
REST_S = 2.0
"""So often the whole fleet is asked for: its answer is long."""

NAME = "often"


class Panel:
    """An administrator of a fleet, who watches it by the public API."""

    def __init__(self, site: Site) -> None:
        self._http = httpx.Client(base_url=site.url, timeout=PATIENCE_S, trust_env=False)
        self._headers = {"Authorization": f"Bearer {site.token('admin', 'read')}"}
        self._value = 30

    def get(self, path: str) -> Any:
        """Return what the API says."""
        return self._http.get(f"/v1/api{path}", headers=self._headers).raise_for_status().json()

    def post(self, path: str, body: object) -> None:
        self._http.post(f"/v1/api{path}", json=body, headers=self._headers).raise_for_status()

    def online(self) -> int:
        """Count the agents that are there."""
        return int(self.get("/agents?state=online&page=1&size=1")["totalSize"])

    def distribute(self) -> None:
        """Give every agent a runner."""
        self.post(f"/configs/{NAME}", {"config": self._config(), "tags": []})
        ids = [agent["id"] for agent in self.get("/agents")["agentList"]]
        self.post(f"/configs/{NAME}/agents", {"agent_ids": ids})

    def change(self) -> float:
        """Change its configuration; return the seconds until that was answered."""
        self._value += 1
        started = time.perf_counter()
        body = {"config": self._config(), "note": ""}
        answer = self._http.put(f"/v1/api/configs/{NAME}/config", json=body, headers=self._headers)
        answer.raise_for_status()
        return time.perf_counter() - started

    def running(self) -> list[int]:
        """Return the timestamps of the configurations that agents say they run."""
        rows = self.get(f"/runners?name={NAME}")["runners"]
        found = [row["status"] for row in rows if row["status"]]
        return [status["config_us"] for status in found if status["state"] == "running"]

    def _config(self) -> dict[str, object]:
        return {"metric": [{"type": "mem"}], "collect_interval": 3_000 + self._value}


def measure_push(directory: Path, _seconds: float) -> list[Figure]:
    """From the PUT of a configuration until each of three real agents says that it runs it."""
    with contextlib.ExitStack() as stack:
        site = stack.enter_context(Site(directory, "--open", "fleet"))
        site.start()
        token = str(site.token_file("agent"))
        for number in range(REAL):
            argv = [*MUSTER, "agent", "--server", site.url, "--token-file", token]
            agent = Program([*argv, "--data", str(directory / f"{number}")], directory / f"{number}.log")
            stack.callback(agent.stop)
        panel = Panel(site)
        wait_for("the agents", lambda: panel.online() == REAL, START_S)
        panel.distribute()
        wait_for("the runners", lambda: len(panel.running()) == REAL, START_S)
        answered, acknowledged = [], []
        for _ in range(ROUNDS):
            before = max(panel.running())
            started = time.perf_counter()
            answered.append(panel.change() * 1000)
            wait_for("every agent", lambda before=before: _all_after(panel, before, REAL), 30)  # type: ignore[misc]
            acknowledged.append((time.perf_counter() - started) * 1000)
    what = f"{REAL} agents, from a changed configuration until all run it"
    same = "the PUT itself, durable"
    return [
        Figure(
            f"{what}: median", statistics.median(acknowledged), "ms", same, statistics.median(answered), "1 s"
        ),
        Figure(f"{what}: slowest of {ROUNDS}", max(acknowledged), "ms", same, max(answered)),
    ]


def measure_fleet(directory: Path, _seconds: float) -> list[Figure]:
    """The same with thousands of agents on made-up machines, and what check-ins cost meanwhile."""
    few, many = _spread(directory / "few", FEW), _spread(directory / "many", MANY)
    return [
        Figure(f"{MANY} agents: {what}", value, unit, f"{FEW} agents", few[what][0], goal)
        for what, (value, unit, goal) in many.items()
    ]


def _spread(directory: Path, count: int) -> dict[str, tuple[float, str, str]]:
    """Return what it takes until so many agents run a changed configuration."""
    directory.mkdir()
    with contextlib.ExitStack() as stack:
        site = stack.enter_context(Site(directory, "--open", "fleet"))
        server = site.start()
        panel = Panel(site)
        panel.post("/metrics/machine", {"opened": False})
        argv = [
            *MUSTER,
            "generate",
            "fleet",
            "--agents",
            str(count),
            "--server",
            site.url,
            "--interval",
            "600",
        ]
        agents = Program([*argv, "--token-file", str(site.token_file("agent"))], directory / "agents.log")
        stack.callback(agents.kill)
        enrolling, changing = Probe(Panel(site).online), Probe(Panel(site).online)
        with enrolling.asking():
            wait_for("the agents", lambda: _all_online(panel, count), START_S)
        panel.distribute()
        wait_for("the runners", lambda: _all_after(panel, 0, count, rest_s=REST_S), START_S)
        before, probe = max(panel.running()), Probe(_one_more_agent(site))
        cpu, own = cpu_s(server.process.pid), cpu_s(agents.process.pid)
        with probe.asking(), changing.asking():
            started = time.monotonic()
            panel.change()
            wait_for("every agent", lambda: _all_after(panel, before, count, rest_s=REST_S), SPREAD_S)
            took = time.monotonic() - started
        cpu, own = cpu_s(server.process.pid) - cpu, cpu_s(agents.process.pid) - own
        return {
            "until all run a changed configuration": (took, "s", "60 s"),
            "check-in meanwhile, p99": (probe.percentile(0.99), "ms", "1 s"),
            "how many are online, asked meanwhile, slowest": (changing.percentile(1), "ms", "1 s"),
            "how many are online, asked while all enrol, slowest": (enrolling.percentile(1), "ms", "1 s"),
            "server CPU for it": (cpu, "s", ""),
            "CPU of the process that simulates them": (own, "s", ""),
            "RSS of the process that simulates them": (rss_mb(agents.process.pid), "MB", ""),
            "server RSS after it": (rss_mb(server.process.pid), "MB", "1000 MB"),
        }


class Probe:
    """Asks for the same again and again, and takes the time of each answer."""

    def __init__(self, ask: Callable[[], object]) -> None:
        self._ask_once = ask
        self._ms: list[float] = []

    @contextlib.contextmanager
    def asking(self) -> Iterator[None]:
        """Ask until the block ends."""
        stop = threading.Event()
        thread = threading.Thread(target=self._ask, args=(stop,))
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    def percentile(self, share: float) -> float:
        """Return the milliseconds within which that share was answered."""
        ms = sorted(self._ms)
        return ms[min(len(ms) - 1, int(share * len(ms)))]

    def _ask(self, stop: threading.Event) -> None:
        while not stop.wait(PROBE_S):
            started = time.perf_counter()
            self._ask_once()
            self._ms.append((time.perf_counter() - started) * 1000)


def _one_more_agent(site: Site) -> Callable[[], object]:
    """Return what checks in as one more agent, which asks for an answer at once."""
    facts = Facts(hostname="probe", machine_id="", platform="", agent_version="")
    headers = {"Authorization": f"Bearer {site.token('agent')}"}
    body = {"facts": msgspec.to_builtins(facts)}
    reply = site.http.post("/agent/v1/enroll", json=body, headers=headers).raise_for_status().json()
    headers = {"Authorization": f"Bearer {reply['credential']}"}
    nonce = uuid.uuid4().hex

    def check_in() -> None:
        body = {"nonce": nonce, "sent_us": time.time_ns() // 1000, "wait_s": 0}
        site.http.post("/agent/v1/checkin", json=body, headers=headers).raise_for_status()

    return check_in


def _all_online(panel: Panel, count: int) -> bool:
    is_done = panel.online() == count
    if not is_done:
        pause(REST_S)
    return is_done


def _all_after(panel: Panel, before: int, count: int, *, rest_s: float = 0.0) -> bool:
    """Tell whether so many agents run a newer configuration; `rest_s` keeps the question itself cheap."""
    is_done = sum(found > before for found in panel.running()) == count
    if not is_done:
        pause(rest_s)
    return is_done
