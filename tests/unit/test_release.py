"""Versions, manifests, packages, and which of them an agent gets."""

import asyncio
import base64
import hashlib
import json
import zipfile
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from muster.agent.spool_file import VERSION as SPOOL_VERSION
from muster.agent.upgrade.package import INFO, check_content, read_info, remove_others, unpack
from muster.agent.upgrade.record import Outcome, Record, settled
from muster.core.fleet.releases import READERS, PackageStore, Releases, ReleaseStore, offer_for
from muster.errors import InvalidInput, Overloaded
from muster.model.agent import Agent
from muster.model.ids import AgentId
from muster.model.release import (
    LOG_RUNNERS,
    Manifest,
    Release,
    SignedManifest,
    Target,
    UpgradeState,
    UpgradeStatus,
    check_signature,
    parse_public_key,
    parse_signed_manifest,
    parse_version,
    to_signed_bytes,
)
from release import build

LINUX = Target(os="linux", arch="x86_64", python="cp311")


def manifest_of(version: str = "2.0.0", **changes: Any) -> Manifest:
    fields: dict[str, Any] = {"version": version, "sha256": hashlib.sha256(version.encode()).hexdigest()}
    return Manifest(**(msgspec.structs.asdict(LINUX) | {"size": 1} | fields | changes))


def test_versions_are_ordered() -> None:
    texts = ["0.9.10", "0.10.0.dev1", "0.10.0a1", "0.10.0b2", "0.10.0rc1", "0.10.0rc2", "0.10.0", "1.0.0"]
    assert all(parse_version(older) < parse_version(newer) for older, newer in pairwise(texts))


@pytest.mark.parametrize(
    "text", ["", "1", "1.2", "1.2.3.4", "v1.2.3", "1.2.3-x", "1.2.٣", "../1.2.3", "1.2.3\n"]
)
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_version(text)


def test_a_signature_holds_for_one_manifest_and_one_key() -> None:
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw()
    manifest = manifest_of()
    signature = base64.b64encode(key.sign(to_signed_bytes(manifest))).decode()
    signed = SignedManifest(manifest=manifest, signature=signature)
    check_signature(parse_signed_manifest(msgspec.json.encode(signed)), public)
    for name, other in [("version", "2.0.1"), ("arch", "arm64"), ("sha256", "0" * 64), ("size", 2)]:
        changed = msgspec.structs.replace(manifest, **{name: other})
        with pytest.raises(InvalidInput):
            check_signature(SignedManifest(manifest=changed, signature=signature), public)
    stranger = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    for bad, by in [(signature, stranger), ("", public), ("%", public)]:
        with pytest.raises(InvalidInput):
            check_signature(SignedManifest(manifest=manifest, signature=bad), by)


@pytest.mark.parametrize("text", ["", "AAAA", "not base64", base64.b64encode(bytes(33)).decode()])
def test_what_is_no_public_key_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_public_key(text)


def offered(version: str, **changes: Any) -> Release:
    signed = SignedManifest(manifest=manifest_of(version, **changes), signature="")
    return Release(signed=signed, message="", added_us=0)


AGENT = Agent(
    id=AgentId("a"),
    hostname="h",
    machine_id="m",
    platform="p",
    agent_version="1.0.0",
    credential_sha256=b"",
    enrolled_us=0,
    last_seen_us=0,
)
ABLE = UpgradeStatus(target=LINUX, can_upgrade=True)


def test_an_agent_gets_the_newest_that_fits_unless_it_failed() -> None:
    two, three = offered("2.0.0"), offered("3.0.0")
    other = offered("9.0.0", arch="arm64")
    offers = [other, three, two, offered("1.0.0")]
    failed = msgspec.structs.replace(ABLE, failed=[three.manifest.sha256])
    assert offer_for(offers, AGENT, ABLE).release is three
    assert offer_for(offers, AGENT, failed).release is None
    assert offer_for([other, two], AGENT, failed).release is two
    assert offer_for(offers[:1], AGENT, ABLE).release is None
    assert offer_for(offers, msgspec.structs.replace(AGENT, agent_version="3.0.0"), ABLE).release is None
    assert offer_for(offers, AGENT, None).release is None
    assert offer_for(offers, AGENT, msgspec.structs.replace(ABLE, can_upgrade=False)).release is None
    assert offer_for(offers, msgspec.structs.replace(AGENT, agent_version="?"), ABLE).release is None


def test_an_agent_gets_no_package_that_lacks_what_it_has() -> None:
    small = offered("3.0.0", lacks=(LOG_RUNNERS,))
    full, older = offered("2.0.0"), offered("1.0.0")
    reads = msgspec.structs.replace(ABLE, needs=[LOG_RUNNERS])
    assert offer_for([small, full, older], AGENT, ABLE).release is small
    assert offer_for([small, full, older], AGENT, reads).release is full
    refused = offer_for([small, older], AGENT, reads)
    assert (refused.release, refused.is_unfit) == (None, True)
    assert refused.reason == "the package of 3.0.0 lacks what this agent has: log runners"
    runs_it = msgspec.structs.replace(AGENT, agent_version="3.0.0")
    assert not offer_for([small, older], runs_it, reads).is_unfit


def test_what_lacks_nothing_is_signed_as_before() -> None:
    assert b"lacks" not in to_signed_bytes(manifest_of())
    small = manifest_of(lacks=(LOG_RUNNERS,))
    assert to_signed_bytes(small) != to_signed_bytes(manifest_of())
    text = msgspec.json.encode(SignedManifest(manifest=small, signature=""))
    assert parse_signed_manifest(text).manifest == small
    assert parse_signed_manifest(text.replace(b'["log runners"]', b"[]")).manifest == manifest_of()


def test_packages_are_read_by_some_at_once_and_by_others_later(tmp_path: Path) -> None:
    (tmp_path / "p").write_bytes(b"content")
    releases = Releases(cast(ReleaseStore, None), cast(PackageStore, None))

    async def read() -> None:
        reading = [releases.read(tmp_path / "p") for _ in range(READERS)]
        assert [await anext(pieces) for pieces in reading] == [b"content"] * READERS
        with pytest.raises(Overloaded):
            releases.read(tmp_path / "p")
        assert [piece async for piece in reading.pop()] == []
        await reading.pop().aclose()  # type: ignore[attr-defined]
        assert [piece async for piece in releases.read(tmp_path / "p")] == [b"content"]
        for pieces in reading:
            await pieces.aclose()  # type: ignore[attr-defined]

    asyncio.run(read())


@pytest.mark.parametrize(("library", "lacks"), [("polars", ()), ("msgspec", (LOG_RUNNERS,))])
def test_a_package_says_that_it_lacks_log_pipelines(
    tmp_path: Path, library: str, lacks: tuple[str, ...]
) -> None:
    (tmp_path / "libraries" / library).mkdir(parents=True)
    build.write_package(tmp_path / "libraries", tmp_path / "p.zip", "2.0.0", compression=zipfile.ZIP_STORED)
    assert read_info(tmp_path / "p.zip").lacks == lacks


def write_package(file: Path, entries: dict[str, bytes], **info: Any) -> Manifest:
    about = msgspec.structs.asdict(LINUX) | {"version": "2.0.0", "spool": SPOOL_VERSION} | info
    with zipfile.ZipFile(file, "w") as package:
        package.writestr(INFO, json.dumps(about))
        for name, content in entries.items():
            package.writestr(name, content)
    content = file.read_bytes()
    return manifest_of(sha256=hashlib.sha256(content).hexdigest(), size=len(content))


def test_a_package_is_unpacked_under_its_own_name(tmp_path: Path) -> None:
    file = tmp_path / "p.zip"
    manifest = write_package(file, {"__main__.py": b"main", "muster/x.py": b"x"})
    check_content(file, manifest)
    folder = unpack(file, manifest, tmp_path / "versions")
    assert folder.name == f"2.0.0-{manifest.sha256[:8]}"
    assert (folder / "muster/x.py").read_bytes() == b"x"
    assert unpack(file, manifest, tmp_path / "versions") == folder
    assert read_info(file).version == "2.0.0"
    (tmp_path / "versions" / ".package-x").write_bytes(b"")
    remove_others(tmp_path / "versions", folder.name)
    assert [path.name for path in (tmp_path / "versions").iterdir()] == [folder.name]


def test_content_that_was_not_signed_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "p.zip"
    manifest = write_package(file, {"__main__.py": b"main"})
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    for changed in (bytes(content), bytes(content[:-1]), b""):
        file.write_bytes(changed)
        with pytest.raises(InvalidInput, match="SHA-256"):
            check_content(file, manifest)


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../../x", "a\\..\\x"])
def test_a_package_cannot_write_outside_of_its_folder(tmp_path: Path, name: str) -> None:
    file = tmp_path / "p.zip"
    manifest = write_package(file, {"__main__.py": b"", name: b"evil"})
    with pytest.raises(InvalidInput):
        unpack(file, manifest, tmp_path / "versions")
    assert list((tmp_path / "versions").iterdir()) == []


def test_links_and_what_is_no_package_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "p.zip"
    manifest = write_package(file, {"__main__.py": b""})
    with zipfile.ZipFile(file, "a") as package:
        link = zipfile.ZipInfo("muster")
        link.external_attr = 0o120777 << 16
        package.writestr(link, "/etc")
    for content in (file.read_bytes(), b"", b"PK\x03\x04", b"not a zip"):
        file.write_bytes(content)
        with pytest.raises(InvalidInput):
            unpack(file, manifest, tmp_path / "versions")


@pytest.mark.parametrize(
    ("info", "reason"),
    [({"version": "2.0.1"}, "says that it is 2.0.1"), ({"spool": SPOOL_VERSION + 1}, "no way back")],
)
def test_a_package_that_is_another_or_takes_the_spool_away_is_refused(
    tmp_path: Path, info: dict[str, Any], reason: str
) -> None:
    file = tmp_path / "p.zip"
    manifest = write_package(file, {"__main__.py": b""}, **info)
    with pytest.raises(InvalidInput, match=reason):
        unpack(file, manifest, tmp_path / "versions")


RECORD = Record(
    command_id="c1", state=UpgradeState.TRYING, version="2.0.0", sha256="ab" * 32, name="2.0.0-ab"
)
ORDER = {"name": "2.0.0-ab", "command_id": "c1"}


@pytest.mark.parametrize(
    ("state", "outcome", "running", "after", "is_remembered"),
    [
        (UpgradeState.TRYING, None, "2.0.0-ab", UpgradeState.TRYING, False),
        (UpgradeState.TRYING, None, "base", UpgradeState.FAILED, False),
        (UpgradeState.TRYING, Outcome({"command_id": "c0"}, True, ""), "base", UpgradeState.FAILED, False),
        (UpgradeState.TRYING, Outcome(ORDER, True, ""), "2.0.0-ab", UpgradeState.DONE, False),
        (UpgradeState.TRYING, Outcome(ORDER, False, "died", True), "base", UpgradeState.FAILED, True),
        (UpgradeState.TRYING, Outcome(ORDER, False, "disk"), "base", UpgradeState.FAILED, False),
        (UpgradeState.DONE, Outcome(ORDER, False, "died", True), "base", UpgradeState.FAILED, True),
        (UpgradeState.DONE, Outcome(ORDER, True, ""), "2.0.0-ab", UpgradeState.DONE, False),
        (UpgradeState.INSTALLING, None, "base", UpgradeState.FAILED, False),
        (UpgradeState.FAILED, None, "base", UpgradeState.FAILED, False),
    ],
)
def test_at_its_start_a_version_knows_what_became_of_the_upgrade(
    state: UpgradeState, outcome: Outcome | None, running: str, after: UpgradeState, is_remembered: bool
) -> None:
    record = settled(msgspec.structs.replace(RECORD, state=state), outcome, running)
    assert record.state is after
    assert (record.failed == [RECORD.sha256]) is is_remembered
    assert bool(record.reason) is (after is UpgradeState.FAILED and state is not UpgradeState.FAILED)
