"""What people did with the fleet of `muster up --demo`, told through the public API, once."""

import random
import threading
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from muster.cli.client import Client
from muster.cli.generate_events import iter_days
from muster.errors import CallerError, MusterError

DAYS = 30
EVENTS = 180_000
AUDIT_EVENTS = 420
CHANGE_S = 12.0
"""The change that breaks a service comes so long after the machines have their tags."""

WAIT_S, ENROLLED_S = 0.5, 120.0

NAMES = {"search": 38, "cart": 24, "order": 14, "login": 14, "signup": 4, "payment/failed": 2, "return": 4}
"""What happens in a shop, and how often of 100."""

SITES = ("frankfurt", "amsterdam", "helsinki")
LEVELS = {"200": "info", "304": "info", "401": "notice", "404": "warning", "500": "error", "502": "error",
          "504": "error"}  # fmt: skip


def _file(path: str, parser: Mapping[str, object], *transforms: Mapping[str, object]) -> dict[str, object]:
    reader = {"mode": "tailx", "log_path": path}
    return {"reader": reader, "parser": parser, **({"transforms": list(transforms)} if transforms else {})}


def _grok(pattern: str, own: str = "") -> dict[str, object]:
    return {"type": "grok", "grok_patterns": pattern, **({"grok_custom_patterns": own} if own else {})}


_POSTGRES = (
    r"%{TIMESTAMP_ISO8601:timestamp} UTC \[%{INT:pid:long}\] %{WORD:user}@%{WORD:database} "
    r"%{WORD:level}:  %{GREEDYDATA:message}"
)
_REDIS_TIME = r"REDIS_TIME \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2}\.\d{3}"
_REDIS = r"%{INT:pid:long}:%{WORD:role} %{REDIS_TIME:timestamp} %{NOTSPACE:mark} %{GREEDYDATA:message}"
_KAFKA = r"\[%{TIMESTAMP_ISO8601:timestamp}\] %{WORD:level} %{GREEDYDATA:message} \(%{DATA:class}\)"
_MARKS = {"*": "info", "#": "warning", "-": "debug", ".": "debug"}
_MARK = {"type": "mapreplace", "key": "mark", "new": "level", "map": _MARKS}
_LEVEL = {"type": "mapreplace", "key": "resp_code", "new": "level", "map": LEVELS}

CONFIGS: Mapping[str, tuple[str, str, dict[str, object]]] = {
    "nginx-access": (
        "web", "Requests of the shop",
        _file("/var/log/nginx/access.log", _grok("%{COMBINED_LOG_FORMAT}"), _LEVEL),
    ),
    "shop": ("web", "The shop's own log", _file("/var/log/shop/shop.log", {"type": "json"})),
    "postgres": ("db", "Statements", _file("/var/log/postgresql/postgresql.log", _grok(_POSTGRES))),
    "redis": ("cache", "", _file("/var/log/redis/redis.log", _grok(_REDIS, _REDIS_TIME), _MARK)),
    "builds": ("build", "Steps of builds", _file("/var/log/build/build.log", {"type": "logfmt"})),
    "kafka": ("queue", "", _file("/var/log/kafka/server.log", _grok(_KAFKA))),
    "sign-ins": ("gateway", "Who signs in by ssh", _file("/var/log/auth.log", {"type": "syslog"})),
    "processors-often": (
        "gateway", "Processors, every five seconds", {"metric": [{"type": "cpu"}], "collect_interval": 5},
    ),
}  # fmt: skip
"""Name, tag, note and configuration. The one of the tag `gateway` cannot be run there: the file is root's."""

GATEWAY = "demo-db-11"
CHANGED = "shop"
CHANGE = "Shop 2.4: its log has the version"
KINDS = ("UserLogin", "UserLogout", "PriceChanged", "OrderRefunded", "RoleGranted", "ProductDeleted")
PEOPLE = ("amira", "jonas", "lena", "mateo", "sofia", "tomasz")


class DemoStory:
    """Tells it to one server; `home` remembers that it was told."""

    def __init__(self, client: Client, home: Path, machines: int) -> None:
        self._client = client
        self._told = home / "told"
        self._machines = machines
        self._wait = threading.Event().wait

    def tell(self) -> None:
        """Tell what was not told yet. Blocks. Raises MusterError, OSError."""
        if self._told.exists():
            return
        for name, (tag, note, config) in CONFIGS.items():
            self._post(f"/v1/api/configs/{name}", {"config": config, "note": note, "tags": [tag]})
        self._count()
        self._audit()
        for hostname, agent_id in self._agents().items():
            self._post(f"/v1/api/agents/{agent_id}/tags", {"tags": list(tags_of(hostname))})
        self._wait(CHANGE_S)
        changed = _file("/var/log/shop/shop.log", {"type": "json"}, {"type": "trim", "key": "version"})
        self._put(f"/v1/api/configs/{CHANGED}/config", {"config": changed, "note": CHANGE})
        self._told.touch()

    def _agents(self) -> dict[str, str]:
        """Return ids by host names, when all machines are there."""
        until_s = time.monotonic() + ENROLLED_S
        while True:
            found = msgspec.json.decode(self._client.get("/v1/api/agents"))["agentList"]
            agents = {each["hostname"]: each["id"] for each in found if each["hostname"].startswith("demo-")}
            if len(agents) >= self._machines or time.monotonic() > until_s:
                return agents
            self._wait(WAIT_S)

    def _count(self) -> None:
        chance = random.Random(1)  # noqa: S311 made-up data
        now = datetime.fromtimestamp(time.time(), UTC)
        for day, adds in enumerate(iter_days(chance, now, DAYS, EVENTS, NAMES)):
            self._client.post("/api/events", msgspec.json.encode(adds), idempotency_key=f"demo-{day}")

    def _audit(self) -> None:
        events = list(iter_audit(random.Random(2), datetime.fromtimestamp(time.time(), UTC)))  # noqa: S311
        self._client.post("/api/event", msgspec.json.encode(events), idempotency_key="demo")

    def _post(self, path: str, body: Mapping[str, Any]) -> None:
        """Add something unless it is there already."""
        try:
            self._client.post(path, msgspec.json.encode(body))
        except CallerError as error:
            if "exist" not in str(error):
                raise

    def _put(self, path: str, body: Mapping[str, Any]) -> None:
        self._client.put(path, msgspec.json.encode(body))


def tags_of(hostname: str) -> Iterator[str]:
    """Yield what a machine is for, and where it stands."""
    _, role, number = hostname.split("-")
    yield role
    yield SITES[int(number) % len(SITES)]
    if hostname == GATEWAY:
        yield "gateway"


def iter_audit(chance: random.Random, now: datetime) -> Iterator[dict[str, object]]:
    """Yield what people did in the shop's back office in the last days, the oldest first."""
    ages_s = sorted((chance.random() * DAYS * 86_400 for _ in range(AUDIT_EVENTS)), reverse=True)
    for age_s in ages_s:
        kind, number = chance.choice(KINDS), chance.randrange(1_000, 9_999)
        payload: dict[str, object] = {"username": chance.choice(PEOPLE)}
        if kind == "PriceChanged":
            payload |= {"product": number, "from": number / 100, "to": round(number / 110, 2)}
        elif kind == "OrderRefunded":
            payload |= {"order": number, "amount": round(chance.uniform(5, 300), 2), "reason": "returned"}
        elif kind == "RoleGranted":
            payload |= {"to": chance.choice(PEOPLE), "role": chance.choice(("editor", "support", "admin"))}
        elif kind == "ProductDeleted":
            payload |= {"product": number}
        yield {
            "event_ts": now - timedelta(seconds=age_s),
            "application_name": "shop",
            "event_kind": kind,
            "payload": payload,
        }


def tell_story(client: Client, home: Path, machines: int) -> str:
    """Tell it; return why it was not told to its end, empty: it was."""
    try:
        DemoStory(client, home, machines).tell()
    except (MusterError, OSError) as error:
        return str(error)
    return ""
