"""Small promises of the audit surface: label values, keys, origins."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from muster.api.audit_events.proofs import parse_place
from muster.api.http.metrics import Metrics
from muster.cli.audit_log import load_key, make_signer
from muster.cli.usable import find_unusable
from muster.errors import NotFound, SettingsError
from muster.settings import Settings
from muster.settings.values import AuditSettings


def test_applications_beyond_a_hundred_share_a_label() -> None:
    metrics = Metrics()
    for number in range(500):
        metrics.events_inserted(f"app-{number}", 2)
    samples = [
        sample
        for family in metrics.registry.collect()
        for sample in family.samples
        if sample.name == "events_inserted_total"
    ]
    assert len(samples) == 100
    assert sum(sample.value for sample in samples) == 1000
    assert {sample.labels["application"] for sample in samples} >= {"app-0", "other"}


@pytest.mark.parametrize(
    ("place", "number", "width"),
    [
        ("000", 0, 256),
        ("/067", 67, 256),
        ("x001/x234/067", 1_234_067, 256),
        ("x001/000.p/7", 1000, 7),
        ("255.p/255", 255, 255),
    ],
)
def test_paths_of_tiles(place: str, number: int, width: int) -> None:
    assert parse_place(place) == (number, width)


@pytest.mark.parametrize(
    "place", ["", "1", "x000/001", "x001", "001/001", "000.p/", "000.p/256", "\u0660" * 3, "x" * 99]
)
def test_what_is_no_path_of_a_tile(place: str) -> None:
    with pytest.raises(NotFound):
        parse_place(place)


def test_a_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "audit.key"
    first = load_key(path).private_bytes_raw()
    assert load_key(path).private_bytes_raw() == first
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["audit.key"]
    path.chmod(0o640)
    with pytest.raises(SettingsError, match="chmod 600"):
        load_key(path)


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "audit.key"
    for content in (
        b"",
        b"hello",
        ec.generate_private_key(ec.SECP256R1()).private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        ),
    ):
        path.write_bytes(content)
        path.chmod(0o600)
        with pytest.raises(SettingsError):
            load_key(path)


def test_a_log_keeps_its_name(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    assert make_signer(settings, "").origin.endswith("/audit")
    assert make_signer(settings, "old.example/log").origin == "old.example/log"
    named = Settings(data=tmp_path, audit=AuditSettings(origin="new.example/log"))
    assert make_signer(named, "old.example/log").origin == "new.example/log"


def test_a_check_of_the_settings_names_what_is_wrong(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("none")
    key.chmod(0o600)
    for audit in (
        AuditSettings(origin="a b"),
        AuditSettings(key_file=str(key)),
        AuditSettings(key_file=str(tmp_path / "nowhere" / "key")),
    ):
        (problem,) = find_unusable(Settings(data=tmp_path, audit=audit))
        assert "audit" in problem
    assert find_unusable(Settings(data=tmp_path, audit=AuditSettings(origin="a.example/b"))) == []
