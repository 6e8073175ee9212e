"""Signed checkpoints, against an implementation from elsewhere and the key of the Go checksum database."""

import base64

import proofbundle.checkpoint
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from muster.core.audit.note import Signer, check_origin, parse_verifier, read_checkpoint
from muster.errors import InvalidInput

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
SIGNER = Signer("example.com/audit", KEY)
ROOT = bytes(range(32))
SUM_GOLANG_ORG = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
PETER_NEUMANN = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"


def test_others_read_what_we_sign() -> None:
    note = SIGNER.sign(123, ROOT)
    found = proofbundle.checkpoint.verify_checkpoint(note, SIGNER.verifier.text)
    assert found["ok"]
    assert (found["origin"], found["tree_size"]) == ("example.com/audit", 123)
    assert (
        note == f"example.com/audit\n123\n{base64.b64encode(ROOT).decode()}\n\n" + note.rpartition("\n\n")[2]
    )
    assert note.rpartition("\n\n")[2].startswith("— example.com/audit ")


def test_we_read_what_others_sign() -> None:
    note = proofbundle.checkpoint.sign_checkpoint("example.com/audit", 7, ROOT, KEY, "example.com/audit")
    assert note == SIGNER.sign(7, ROOT)
    assert SIGNER.verifier.verify(note) == ("example.com/audit", 7, ROOT)


@pytest.mark.parametrize("text", [SUM_GOLANG_ORG, PETER_NEUMANN, SIGNER.verifier.text])
def test_keys_in_the_form_of_signed_notes(text: str) -> None:
    assert parse_verifier(text + "\n").text == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "a+b",
        SUM_GOLANG_ORG.replace("033de0ae", "033de0af"),
        SUM_GOLANG_ORG.replace("sum.", "sun."),
        SUM_GOLANG_ORG[:-4],
        SUM_GOLANG_ORG.replace("+Ac4z", "+As4z"),
        "a b+00000000+AQ==",
    ],
)
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_verifier(text)


def test_more_signatures_and_extension_lines_are_allowed() -> None:
    note = SIGNER.sign(1, ROOT)
    assert (
        SIGNER.verifier.verify(f"{note}— witness.example {base64.b64encode(bytes(68)).decode()}\n").size == 1
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("123", "124"),
        ("123", "0123"),
        ("123", "-1"),
        ("123", "9" * 30),
        ("example.com/audit\n123", "example.org/audit\n123"),
        ("\n\n", "\n"),
        ("\n\n", "\n\n\n"),
        ("— ", "- "),
        ("AAEC", "AAED"),
        ("AAEC", "!!!!"),
        ("\n— ", "\n\n— x"),
    ],
)
def test_a_note_that_was_changed_is_refused(old: str, new: str) -> None:
    note = SIGNER.sign(123, ROOT)
    assert old in note
    with pytest.raises(InvalidInput):
        SIGNER.verifier.verify(note.replace(old, new, 1))


@pytest.mark.parametrize("note", ["", "\n", "\n\n", "a\n1\n\n\n\n", "x" * 100_000, SIGNER.sign(1, ROOT)[:-1]])
def test_what_is_no_note_is_refused(note: str) -> None:
    with pytest.raises(InvalidInput):
        read_checkpoint(note)


def test_another_key_is_another_log() -> None:
    other = Signer("example.com/audit", Ed25519PrivateKey.generate())
    with pytest.raises(InvalidInput, match="not signed by this key"):
        SIGNER.verifier.verify(other.sign(1, ROOT))


@pytest.mark.parametrize("origin", ["", "a b", "a+b", "a\nb", "a\tb", "\x00"])
def test_names_that_a_note_cannot_hold(origin: str) -> None:
    with pytest.raises(InvalidInput):
        check_origin(origin)
