"""Changes of as many agents at once as a fleet may have: no address holds so many ids."""

import contextlib
import sqlite3
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.processes import Site

COUNT = 10_000
IDS = [f"{number:032x}" for number in range(1, COUNT + 1)]
AGENTS = "/console/v1/agents"
INSERT = """
INSERT INTO agents (id, hostname, machine_id, platform, agent_version, credential_sha256, enrolled_us,
    last_seen_us, address, skew_us) VALUES (?, ?, '', 'Linux', '0.1.0', ?, 1, 1, '', 0)
"""


@pytest.fixture(scope="module")
def admin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A server whose fleet has as many agents as may be."""
    with Site(tmp_path_factory.mktemp("bulk")) as site:
        assert site.start().stop() == 0
        with contextlib.closing(sqlite3.connect(site.data / "relational.db")) as db, db:
            db.executemany(INSERT, [(each, f"host-{each[-5:]}", each.encode()) for each in IDS])
        site.start()
        headers = {"Authorization": f"Bearer {site.token('admin')}"}
        with httpx.Client(base_url=site.url, headers=headers, timeout=60, trust_env=False) as client:
            yield client


def post(admin: httpx.Client, path: str, body: dict[str, Any], **query: str) -> dict[str, Any]:
    answer = admin.post(path, json=body, params=query)
    assert answer.status_code == 200, answer.text[:500]
    done: dict[str, Any] = answer.json()
    return done


def tagged(admin: httpx.Client) -> int:
    found = admin.get("/v1/api/tags").json()["tags"]
    return sum(len(tag["agent_ids"]) for tag in found if tag["name"] == "all")


def test_a_tag_is_taken_off_all_of_them_and_put_back(admin: httpx.Client) -> None:
    added = admin.post("/v1/api/tags/all", json={"agent_ids": IDS})
    assert (added.status_code, tagged(admin)) == (200, COUNT)
    body = {"tag": "all", "agent_ids": IDS}
    tried = post(admin, f"{AGENTS}/untag", body, dry_run="true")
    assert (len(tried["agents"]), tried["revision"], tagged(admin)) == (COUNT, None, COUNT)
    done = post(admin, f"{AGENTS}/untag", body)
    assert tagged(admin) == 0
    undo = f"/v1/api/revisions/{done['revision']}/restore"
    assert admin.post(undo, params={"to": "before"}).status_code == 200
    assert tagged(admin) == COUNT


def test_all_of_them_are_deleted_and_brought_back(admin: httpx.Client) -> None:
    assert len(admin.get(AGENTS).json()["agents"]) == COUNT
    tried = post(admin, f"{AGENTS}/delete", {"agent_ids": IDS}, dry_run="true")
    assert tried["agents"] == IDS
    done = post(admin, f"{AGENTS}/delete", {"agent_ids": IDS})
    assert admin.get(AGENTS).json()["agents"] == []
    undo = f"/v1/api/revisions/{done['revision']}/restore"
    assert admin.post(undo, params={"to": "before"}).status_code == 200
    assert len(admin.get(AGENTS).json()["agents"]) == COUNT


def test_one_that_nobody_knows_stops_all(admin: httpx.Client) -> None:
    body = {"agent_ids": [*IDS[1:], "f" * 32]}
    for path in ("delete", "untag"):
        answer = admin.post(f"{AGENTS}/{path}", json=body | ({"tag": "all"} if path == "untag" else {}))
        assert (answer.status_code, "f" * 32 in answer.text) == (404, True)
    assert len(admin.get(AGENTS).json()["agents"]) == COUNT


def test_more_than_that_are_refused(admin: httpx.Client) -> None:
    answer = admin.post(f"{AGENTS}/delete", json={"agent_ids": [*IDS, "f" * 32]})
    assert (answer.status_code, "10000" in answer.text) == (422, True)
