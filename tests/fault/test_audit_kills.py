"""An audit event that was answered is there exactly once, wherever the server dies."""

import base64
import json
import os
import random
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from muster.core.audit.note import Checkpoint, read_checkpoint
from muster.core.audit.proofs import is_consistent
from tests.processes import Site, muster, wait_for

KILLS = int(os.environ.get("MUSTER_FAULT_KILLS", "4"))

pytestmark = [pytest.mark.fault, pytest.mark.timeout(120 + 15 * KILLS)]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with Site(tmp_path) as site:
        yield site


class Sender(threading.Thread):
    """Sends numbered events with keys until it is told to end; a request that fails is repeated."""

    def __init__(self, site: Site, token: str, name: str) -> None:
        super().__init__(daemon=True)
        self.name = name
        self.answered = 0
        self.ending = threading.Event()
        self._http = httpx.Client(
            base_url=site.url, headers={"Authorization": f"Bearer {token}"}, timeout=10, trust_env=False
        )

    def run(self) -> None:
        while not self.ending.is_set():
            self._send(self.answered)
            self.answered += 1
        self._http.close()

    def _send(self, number: int) -> None:
        events = [
            {"event_ts": number, "application_name": self.name, "event_kind": "K", "payload": [number, part]}
            for part in range(3)
        ]
        headers = {"Idempotency-Key": f"{self.name}-{number}"}
        while True:
            try:
                answer = self._http.post("/api/event", content=json.dumps(events), headers=headers)
            except httpx.TransportError:
                self.ending.wait(0.02)
                continue
            if answer.status_code == 201:
                return
            assert answer.status_code in (429, 503), answer.text
            self.ending.wait(0.02)


class Witness:
    """Keeps the last checkpoint and demands a proof that the next one only adds to it."""

    def __init__(self, site: Site, token: str) -> None:
        self._site = site
        self._headers = {"Authorization": f"Bearer {token}"}
        self.last: Checkpoint | None = None

    def look(self) -> None:
        now = read_checkpoint(self._site.get("/audit/checkpoint", headers=self._headers).text)
        if self.last is not None:
            assert now.size >= self.last.size, "the log became shorter"
            query = {"from": self.last.size, "to": now.size}
            answer = self._site.get("/audit/proof/consistency", params=query, headers=self._headers).json()
            proof = [base64.b64decode(part) for part in answer["proof"]]
            assert is_consistent(self.last.size, now.size, self.last.root, now.root, proof)
        self.last = now


@pytest.mark.parametrize("point", ["server.audit.before_commit", "server.audit.after_commit"])
def test_a_crash_around_the_commit(site: Site, point: str) -> None:
    site.start()
    token = site.token("write:audit", "admin")
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": uuid.uuid4().hex}
    witness = Witness(site, token)
    control = "/api/event?application_name=muster"
    wait_for("the token is in the log", lambda: site.get(control, headers=headers).json()["data"])
    witness.look()
    assert site.server is not None
    site.server.stop()
    site.start({"MUSTER_CRASH_AT": point})
    body = '[{"event_ts": 1, "application_name": "app", "event_kind": "K", "payload": 1}]'
    with pytest.raises(httpx.TransportError):
        site.http.post("/api/event", content=body, headers=headers)
    server = site.server
    wait_for("it died", lambda: not server.alive)
    site.start()
    for _ in range(2):
        assert site.http.post("/api/event", content=body, headers=headers).status_code == 201
    found = site.get("/api/event?application_name=app", headers=headers).json()
    assert len(found["data"]) == 1
    witness.look()
    assert site.server is not None
    site.server.stop()
    assert "as they were logged" in muster("audit", "fsck", "--data", str(site.data)).stdout


def test_kills_under_load(site: Site) -> None:
    chance = random.Random(5)
    site.start()
    token = site.token("write:audit", "admin")
    witness = Witness(site, token)
    senders = [Sender(site, token, f"app-{number}") for number in range(4)]
    for sender in senders:
        sender.start()
    for _ in range(max(2, KILLS // 2)):
        before = sum(sender.answered for sender in senders)
        more = chance.randrange(1, 40)
        wait_for("more is answered", lambda: sum(x.answered for x in senders) > before + more)  # noqa: B023
        witness.look()
        assert site.server is not None
        site.server.kill()
        site.start()
    for sender in senders:
        sender.ending.set()
    for sender in senders:
        sender.join(30)
        assert not sender.is_alive()
    witness.look()
    for sender in senders:
        assert _stored(site, token, sender.name) == sender.answered * 3
    assert site.server is not None
    site.server.stop()
    assert "as they were logged" in muster("audit", "fsck", "--data", str(site.data)).stdout


def _stored(site: Site, token: str, application: str) -> int:
    """Count the distinct events of an application; fail when one is there twice."""
    query = {"application_name": application, "page_size": "1000", "page_token": "0"}
    seen: list[str] = []
    while True:
        page = site.get("/api/event", params=query, headers={"Authorization": f"Bearer {token}"}).json()
        seen += [json.dumps(event["payload"]) for event in page["data"]]
        if page["next_page"] is None:
            break
        query["page_token"] = str(page["next_page"])
    assert len(seen) == len(set(seen))
    return len(seen)
