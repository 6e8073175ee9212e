"""Releases and what agents say of upgrades, on SQLite and on PostgreSQL; packages as files."""

import asyncio
import hashlib
from pathlib import Path

import msgspec
import pytest

from muster.errors import Conflict, InvalidInput, NotFound, Unavailable
from muster.model.ids import AgentId
from muster.model.release import (
    LOG_RUNNERS,
    Manifest,
    Release,
    SignedManifest,
    Target,
    UpgradeState,
    UpgradeStatus,
)
from muster.store.packages import PackageFiles
from muster.store.relational.database import Relational
from muster.store.relational.outbox import RelationalOutbox
from muster.store.relational.releases import RelationalReleases, RelationalUpgrades

CONTENT = b"a package"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


def release(version: str = "1.0.0", sha256: str = SHA256, lacks: tuple[str, ...] = ()) -> Release:
    manifest = Manifest(
        version=version,
        os="linux",
        arch="x86_64",
        python="cp311",
        sha256=sha256,
        size=len(CONTENT),
        lacks=lacks,
    )
    signed = SignedManifest(manifest=manifest, signature="c2ln")
    return Release(signed=signed, message="🚀 new", added_us=1_780_000_000_000_000)


@pytest.mark.parametrize("lacks", [(), (LOG_RUNNERS,), (LOG_RUNNERS, "more")])
def test_releases_read_back_and_are_noted(relational: Relational, lacks: tuple[str, ...]) -> None:
    store = RelationalReleases(relational)
    asyncio.run(store.add_release(release(lacks=lacks), by="me@here"))
    assert asyncio.run(store.releases()) == [release(lacks=lacks)]
    ((_, action),) = asyncio.run(RelationalOutbox(relational).waiting())
    assert action.kind == "ReleaseAdded"
    assert action.details == {
        "by": "me@here",
        "version": "1.0.0",
        "target": "linux x86_64 cp311",
        "sha256": SHA256,
    }


@pytest.mark.parametrize(("version", "sha256"), [("1.0.0", "0" * 64), ("1.0.1", SHA256)])
def test_a_version_and_a_content_come_once_and_a_refusal_leaves_no_note(
    relational: Relational, version: str, sha256: str
) -> None:
    store = RelationalReleases(relational)
    asyncio.run(store.add_release(release(), by="me"))
    with pytest.raises(Conflict):
        asyncio.run(store.add_release(release(version, sha256), by="me"))
    assert asyncio.run(store.releases()) == [release()]
    assert len(asyncio.run(RelationalOutbox(relational).waiting())) == 1


def test_the_last_word_of_agents_replaces_the_one_before(relational: Relational) -> None:
    store = RelationalUpgrades(relational)
    first = UpgradeStatus(target=Target(os="linux", arch="x86_64", python="cp311"), can_upgrade=True)
    second = msgspec.structs.replace(
        first, state=UpgradeState.FAILED, version="2.0.0", reason="died 🚀", failed=[SHA256]
    )
    one, two = AgentId("1" * 32), AgentId("2" * 32)
    asyncio.run(store.save_upgrades({one: first, two: first}))
    asyncio.run(store.save_upgrades({one: second}))
    assert asyncio.run(store.load_upgrades()) == {one: second, two: first}
    asyncio.run(store.save_upgrades({}))


def test_packages_are_kept_once_under_their_hash(tmp_path: Path) -> None:
    files = PackageFiles(tmp_path / "data")
    (tmp_path / "p.zip").write_bytes(CONTENT)
    for _ in range(2):
        asyncio.run(files.put(tmp_path / "p.zip", release().signed))
    path = asyncio.run(files.find(SHA256))
    assert path.read_bytes() == CONTENT
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in path.parent.iterdir()] == [SHA256]


@pytest.mark.parametrize("content", [CONTENT + b"x", CONTENT[:-1], b"A package"])
def test_another_file_than_was_signed_is_not_kept(tmp_path: Path, content: bytes) -> None:
    files = PackageFiles(tmp_path / "data")
    (tmp_path / "p.zip").write_bytes(content)
    with pytest.raises(InvalidInput):
        asyncio.run(files.put(tmp_path / "p.zip", release().signed))
    assert list((tmp_path / "data" / "releases").iterdir()) == []
    with pytest.raises(Unavailable):
        asyncio.run(files.put(tmp_path / "nothing", release().signed))


@pytest.mark.parametrize("name", ["", "x", "../muster.db", SHA256, SHA256.upper()])
def test_what_is_no_package_is_not_found(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotFound):
        asyncio.run(PackageFiles(tmp_path).find(name))
