import hashlib
from pathlib import Path

from muster.agent.machine import read_facts, read_machine_id


def test_the_machine_id_is_hashed(tmp_path: Path) -> None:
    path = tmp_path / "machine-id"
    path.write_text("0123456789abcdef0123456789abcdef\n")
    expected = hashlib.sha256(b"muster:0123456789abcdef0123456789abcdef").hexdigest()
    assert read_machine_id(path) == expected


def test_a_machine_without_an_id_still_has_a_stable_one(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")
    absent = read_machine_id(tmp_path / "absent")
    assert absent == read_machine_id(tmp_path / "empty")
    assert len(absent) == 64
    assert absent != hashlib.sha256(b"muster:").hexdigest()


def test_facts_describe_this_machine() -> None:
    facts = read_facts()
    assert facts.hostname
    assert facts.platform
    assert facts.machine_id == read_machine_id()
