"""One real server for all API tests, with a token for each scope."""

import struct
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import httpx
import msgspec
import pytest

from muster.model.batch import MSGPACK, InventoryColumns, ReportColumns, SampleColumns, content_sha256
from muster.model.inventory import Inventory
from muster.model.report import OsInfo, Ports, Report, to_json
from tests.processes import Site

Client = Callable[..., httpx.Client]
NOW = 1_780_000_000


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with Site(tmp_path_factory.mktemp("api")) as site:
        site.start()
        yield site


@pytest.fixture(scope="session")
def client(site: Site) -> Iterator[Client]:
    """Return a client that carries a token of these scopes, or none."""
    opened: dict[tuple[str, ...], httpx.Client] = {}

    def open_client(*scopes: str) -> httpx.Client:
        if scopes not in opened:
            headers = {"Authorization": f"Bearer {site.token(*scopes)}"} if scopes else {}
            opened[scopes] = httpx.Client(base_url=site.url, headers=headers, timeout=20, trust_env=False)
        return opened[scopes]

    yield open_client
    for each in opened.values():
        each.close()


@pytest.fixture(scope="session")
def admin(client: Client) -> httpx.Client:
    return client("admin")


class TestAgent:
    """An enrolled agent that the test drives by hand."""

    __test__ = False

    def __init__(self, site: Site, client: Client, hostname: str) -> None:
        self.hostname = hostname
        facts = {"hostname": hostname, "machine_id": hostname, "platform": "Linux", "agent_version": "0.1.0"}
        reply = client("agent").post("/agent/v1/enroll", json={"facts": facts})
        assert reply.status_code == 201, reply.text
        self.id = reply.json()["agent_id"]
        self.epoch = uuid.uuid4().hex
        self.http = httpx.Client(
            base_url=site.url,
            headers={"Authorization": f"Bearer {reply.json()['credential']}"},
            timeout=20,
            trust_env=False,
        )

    def check_in(self, **message: Any) -> httpx.Response:
        return self.http.post(
            "/agent/v1/checkin", json={"nonce": self.epoch, "sent_us": NOW * 1_000_000, "wait_s": 0} | message
        )

    def send(self, sequence: int, *reports: Report, **options: Any) -> httpx.Response:
        body = msgspec.msgpack.encode(ReportColumns([to_json(report).decode() for report in reports]))
        return self.send_body(sequence, body, **options)

    def send_samples(
        self, sequence: int, at_s: float, look: Mapping[tuple[str, str], float]
    ) -> httpx.Response:
        """Send one look: the values of (metric, labels) at a time in Unix seconds."""
        columns = SampleColumns(
            ts_us=round(at_s * 1_000_000),
            metrics=[metric for metric, _ in look],
            labels=[labels for _, labels in look],
            values=struct.pack(f"<{len(look)}d", *look.values()),
        )
        return self.send_body(sequence, msgspec.msgpack.encode(columns), stream="samples")

    def send_inventory(self, sequence: int, inventory: Inventory) -> httpx.Response:
        body = msgspec.msgpack.encode(InventoryColumns([msgspec.json.encode(inventory).decode()]))
        return self.send_body(sequence, body, stream="inventory")

    def send_body(
        self,
        sequence: int,
        body: bytes,
        *,
        stream: str = "reports",
        media_type: str = MSGPACK,
        encoding: str = "",
        sent: bytes | None = None,
    ) -> httpx.Response:
        query: dict[str, str | int] = {
            "stream": stream,
            "epoch": self.epoch,
            "sequence": sequence,
            "sha256": content_sha256(body),
        }
        headers = {"Content-Type": media_type} | ({"Content-Encoding": encoding} if encoding else {})
        return self.http.post(
            "/agent/v1/batches", params=query, content=body if sent is None else sent, headers=headers
        )


@pytest.fixture
def agent(site: Site, client: Client) -> Iterator[TestAgent]:
    """A new agent on a host of its own."""
    agent = TestAgent(site, client, f"host-{uuid.uuid4().hex[:12]}")
    yield agent
    agent.http.close()


@pytest.fixture
def make_report() -> Callable[..., Report]:
    def make(**fields: Any) -> Report:
        values: dict[str, Any] = {
            "boot_time": NOW - 5000,
            "cpu": 12.5,
            "date": NOW,
            "disk_space": {"/": 40.1, "/boot": 3.0},
            "id": str(uuid.uuid4()),
            "memory": 33.3,
            "os": OsInfo("x86_64", "web1", "", "6.1.0", "Linux", "#1 SMP"),
            "ports": Ports([22, 443], [3000]),
            "process": {"Python3": [10, 20], "Systemd-journald": [1]},
        }
        return Report(**(values | fields))

    return make
