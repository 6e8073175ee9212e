"""Releases over the wire: which are listed, who is told to upgrade, who may fetch a package."""

import hashlib
import json
import uuid
import zipfile
from pathlib import Path
from typing import Any

import httpx
import pytest

from muster.agent.upgrade.package import INFO
from muster.cli.main import run
from tests.api.conftest import Client, TestAgent
from tests.processes import Site

TARGET = {"os": "plan9", "arch": "mips", "python": "cp399"}


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("key") / "release.key"
    assert run(["release", "keygen", str(path)]) == 0
    return path


def offer(site: Site, key: Path, directory: Path, version: str, *, code: int = 0, **target: str) -> bytes:
    """Add a release and return its package."""
    package = directory / f"{uuid.uuid4().hex}.zip"
    about = TARGET | target | {"version": version, "spool": 1}
    with zipfile.ZipFile(package, "w") as file:
        file.writestr(INFO, json.dumps(about))
        file.writestr("padding", uuid.uuid4().hex * 100_000)
    assert run(["release", "sign", "--key", str(key), str(package)]) == 0
    assert (
        run(["release", "add", "--data", str(site.data), str(package), "--message", f"is {version}"]) == code
    )
    return package.read_bytes()


def able(**more: Any) -> dict[str, Any]:
    return {"target": TARGET, "can_upgrade": True, **more}


def orders(agent: TestAgent, **message: Any) -> list[dict[str, Any]]:
    reply = agent.check_in(**message).json()
    return [json.loads(command["argument"])["manifest"] for command in reply["commands"]]


def upgrade(admin: httpx.Client, **body: Any) -> httpx.Response:
    return admin.post("/v1/api/agents/upgrade", json=body)


def test_the_newest_release_of_each_system_is_listed(
    site: Site, key: Path, admin: httpx.Client, tmp_path: Path
) -> None:
    package = offer(site, key, tmp_path, "0.10.0", arch="vax")
    offer(site, key, tmp_path, "0.9.0", arch="vax")
    rows = [row for row in admin.get("/v1/api/release").json() if row["arch"] == "vax"]
    digest = hashlib.sha256(package).hexdigest()
    assert len(rows) == 1
    assert {
        name: rows[0][name] for name in ("os", "arch", "python", "hash", "message", "version", "package")
    } == {
        **TARGET,
        "arch": "vax",
        "hash": digest,
        "message": "is 0.10.0",
        "version": "0.10.0",
        "package": "muster-agent-0.10.0-plan9-vax-cp399.zip",
    }
    assert rows[0]["download_url"] == f"{site.url}/agent/v1/releases/{digest}"
    assert rows[0]["version_stamp"].endswith("Z")


def test_an_agent_fetches_a_package_and_nobody_else(
    site: Site, key: Path, agent: TestAgent, admin: httpx.Client, client: Client, tmp_path: Path
) -> None:
    package = offer(site, key, tmp_path, "1.0.0", arch="alpha")
    path = f"/agent/v1/releases/{hashlib.sha256(package).hexdigest()}"
    fetched = agent.http.get(path)
    assert fetched.content == package
    assert fetched.headers["content-type"] == "application/zip"
    assert int(fetched.headers["content-length"]) == len(package)
    assert [client().get(path).status_code, admin.get(path).status_code] == [401, 401]
    for name in ("0" * 64, "..%2Fmuster.toml", "x", "A" * 64):
        assert agent.http.get(f"/agent/v1/releases/{name}").status_code == 404


def test_agents_are_told_by_ids_and_tags_once_and_only_where_it_fits(
    site: Site, key: Path, client: Client, admin: httpx.Client, tmp_path: Path
) -> None:
    package = offer(site, key, tmp_path, "2.0.0")
    digest = hashlib.sha256(package).hexdigest()
    named, tagged, other, unable, failed, newer = (
        TestAgent(site, client, f"host-{uuid.uuid4().hex[:12]}") for _ in range(6)
    )
    facts = {"hostname": newer.hostname, "machine_id": "m", "platform": "p", "agent_version": "2.0.0"}
    for agent, message in [
        (named, {"upgrade": able()}),
        (tagged, {"upgrade": able()}),
        (other, {"upgrade": able(target=TARGET | {"os": "linux"})}),
        (unable, {"upgrade": able(can_upgrade=False, reason="no key")}),
        (failed, {"upgrade": able(failed=[digest])}),
        (newer, {"upgrade": able(), "facts": facts}),
    ]:
        assert orders(agent, **message) == []
    tag = f"tag-{uuid.uuid4().hex[:8]}"
    for agent in (tagged, other, unable, failed, newer):
        assert admin.post(f"/v1/api/agents/{agent.id}/tags/{tag}").status_code == 200
    body = {"agent_ids": [named.id, tagged.id], "tags": [tag]}
    dry = admin.post("/v1/api/agents/upgrade", json=body, params={"dry_run": True}).json()
    assert (dry["dry_run"], dry["agents"]) == (True, sorted([named.id, tagged.id]))
    assert {row["agent_id"]: row["version"] or row["reason"] for row in dry["upgrades"]} == {
        named.id: "2.0.0",
        tagged.id: "2.0.0",
        other.id: f"there is no release for linux {TARGET['arch']} {TARGET['python']}",
        unable.id: "no key",
        failed.id: "it tried 2.0.0, and failed",
        newer.id: "it runs 2.0.0, and the newest is 2.0.0",
    }
    assert orders(named) == [], "a dry run tells nobody"
    answer = upgrade(admin, agent_ids=[named.id, tagged.id], tags=[tag])
    assert (answer.status_code, answer.content) == (200, b"")
    assert upgrade(admin, tags=f'["{tag}"]').status_code == 200
    dry = admin.post("/v1/api/agents/upgrade", json=body, params={"dry_run": True}).json()
    assert dry["agents"] == []
    assert dry["upgrades"][0].keys() == {"agent_id", "version", "reason"}
    assert {row["reason"] for row in dry["upgrades"]} >= {"it was told to run 2.0.0 already"}
    for agent in (named, tagged):
        (manifest,) = orders(agent)
        assert (manifest["version"], manifest["sha256"]) == ("2.0.0", digest)
        assert orders(agent) == []
    assert [orders(agent) for agent in (other, unable, failed, newer)] == [[], [], [], []]
    commands = admin.get(f"/v1/api/agents/{tagged.id}/commands").json()["commands"]
    assert [(command["kind"], command["state"]) for command in commands] == [("upgrade", "sent")]
    for agent in (named, tagged, other, unable, failed, newer):
        agent.http.close()


def test_the_list_of_agents_shows_what_became_of_an_upgrade(agent: TestAgent, admin: httpx.Client) -> None:
    def shown() -> dict[str, Any]:
        rows = admin.get("/v1/api/agents", params={"id": agent.id}).json()["agentList"]
        return dict(rows[0]["upgrade"])

    assert shown() == {"version": "", "state": "none", "reason": ""}
    said = able(state="failed", version="3.0.0", sha256="ab" * 32, reason="it ended with exit code 1")
    agent.check_in(upgrade=said)
    failed = {"version": "3.0.0", "state": "failed", "reason": "it ended with exit code 1"}
    assert shown() == failed
    agent.check_in()
    assert shown() == failed


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"agent_ids": [], "tags": []}, 400),
        ({"agent_ids": "x"}, 400),
        ({"agent_ids": [1]}, 400),
        ({"agent_ids": ["nobody"]}, 404),
        ({"tags": ["nothing"]}, 404),
        ([], 400),
    ],
)
def test_wrong_orders_are_refused(admin: httpx.Client, body: Any, status: int) -> None:
    answer = admin.post("/v1/api/agents/upgrade", json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, f"L1{status}")


def test_upgrades_need_more_than_reading(client: Client) -> None:
    body = {"agent_ids": ["x"]}
    assert client().post("/v1/api/agents/upgrade", json=body).status_code == 401
    assert client("read").post("/v1/api/agents/upgrade", json=body).status_code == 403
    assert client("read").get("/v1/api/release").status_code == 200
    assert client().get("/v1/api/release").status_code == 401


def test_a_version_is_added_once_and_a_file_as_it_was_signed(
    site: Site, key: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    offer(site, key, tmp_path, "1.0.0", arch="z80")
    offer(site, key, tmp_path, "1.0.0", arch="z80", code=1)
    assert "there is a release 1.0.0 for plan9 z80 cp399" in capsys.readouterr().err
    package = tmp_path / "changed.zip"
    with zipfile.ZipFile(package, "w") as file:
        file.writestr(INFO, json.dumps(TARGET | {"version": "1.1.0", "spool": 1}))
    add = ["release", "add", "--data", str(site.data), str(package)]
    assert run(add) == 2
    assert "make it with `muster release sign`" in capsys.readouterr().err
    assert run(["release", "sign", "--key", str(key), str(package)]) == 0
    assert run([*add, "--os", "linux"]) == 2
    assert "--os: it is signed as plan9, not linux" in capsys.readouterr().err
    with package.open("ab") as appended:
        appended.write(b"more")
    assert run(add) == 2
    assert "another SHA-256" in capsys.readouterr().err


def test_with_a_key_in_its_settings_the_server_takes_only_what_is_signed_with_it(
    site: Site, key: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(["release", "keygen", str(tmp_path / "other.key")]) == 0
    public = capsys.readouterr().out.strip()
    monkeypatch.setenv("MUSTER_AGENT_UPGRADE_KEY", public)
    offer(site, key, tmp_path, "1.0.0", arch="sparc", code=2)
    assert "not made with the release key" in capsys.readouterr().err
    offer(site, tmp_path / "other.key", tmp_path, "1.0.0", arch="sparc")
    assert run(["release", "list", "--data", str(site.data)]) == 0
    assert "plan9 sparc cp399" in capsys.readouterr().out
