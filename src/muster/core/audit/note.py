"""Signed checkpoints: C2SP signed-note with Ed25519, holding a C2SP tlog-checkpoint. No I/O."""

import base64
import binascii
import hashlib
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from muster.core.audit.tree import HASH_BYTES
from muster.errors import InvalidInput

ED25519 = b"\x01"
KEY_ID_BYTES = 4
MAX_NOTE_BYTES = 64 * 1024
MAX_SIZE = 2**63 - 1
_SIGNATURE = "— "


class Checkpoint(NamedTuple):
    """What is signed: the log's name, how many leaves it has, and the root above them."""

    origin: str
    size: int
    root: bytes


class Signer:
    """Signs checkpoints of one log."""

    def __init__(self, origin: str, key: Ed25519PrivateKey) -> None:
        self.origin = check_origin(origin)
        self._key = key
        public = key.public_key().public_bytes_raw()
        self._key_id = key_id(origin, public)
        self.verifier = Verifier(origin, public)

    def sign(self, size: int, root: bytes) -> str:
        """Return the signed checkpoint of a tree."""
        body = checkpoint_text(Checkpoint(self.origin, size, root))
        signature = _to_base64(self._key_id + self._key.sign(body.encode()))
        return f"{body}\n{_SIGNATURE}{self.origin} {signature}\n"


class Verifier:
    """Checks checkpoints of one log against its public key (32 bytes)."""

    def __init__(self, origin: str, public: bytes) -> None:
        self.origin = check_origin(origin)
        self._public = public
        self._key_id = key_id(origin, public)
        try:
            self._key = Ed25519PublicKey.from_public_bytes(public)
        except ValueError:
            raise InvalidInput("expected an Ed25519 key of 32 bytes", field="key") from None

    @property
    def text(self) -> str:
        """The public key as signed-note writes it: `<name>+<key id>+<key>`."""
        return f"{self.origin}+{self._key_id.hex()}+{_to_base64(ED25519 + self._public)}"

    def verify(self, note: str) -> Checkpoint:
        """Return the checkpoint of a note that this key signed. Raises InvalidInput."""
        body, signatures = _split_note(note)
        checkpoint = parse_checkpoint(body)
        if checkpoint.origin != self.origin:
            raise InvalidInput(f"is of {checkpoint.origin}, not of {self.origin}", field="checkpoint")
        ours = [x for x in signatures if x[0] == self.origin and x[1][:KEY_ID_BYTES] == self._key_id]
        if not ours:
            raise InvalidInput("is not signed by this key", field="checkpoint")
        try:
            for _, signature in ours:
                self._key.verify(signature[KEY_ID_BYTES:], body.encode())
        except InvalidSignature:
            raise InvalidInput("has a signature that does not fit its text", field="checkpoint") from None
        return checkpoint


def parse_verifier(text: str) -> Verifier:
    """Return the verifier of a public key in the form of signed-note. Raises InvalidInput."""
    name, _, rest = text.strip().partition("+")
    key_id_text, _, encoded = rest.partition("+")
    key = _from_base64(encoded, "key")
    if key[:1] != ED25519:
        raise InvalidInput("expected NAME+ID+KEY of an Ed25519 key", field="key")
    verifier = Verifier(name, key[1:])
    if key_id(name, key[1:]).hex() != key_id_text:
        raise InvalidInput("the id does not fit name and key", field="key")
    return verifier


def key_id(name: str, public: bytes) -> bytes:
    """Return the four bytes by which a note names the key of a signature."""
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + public).digest()[:KEY_ID_BYTES]


def checkpoint_text(checkpoint: Checkpoint) -> str:
    """Return the text of a checkpoint, which is what is signed."""
    return f"{checkpoint.origin}\n{checkpoint.size}\n{_to_base64(checkpoint.root)}\n"


def parse_checkpoint(text: str) -> Checkpoint:
    """Return the checkpoint of a text; lines after the third are extensions. Raises InvalidInput."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
        raise InvalidInput("expected origin, size and root, a line each", field="checkpoint")
    origin, size, root = lines[:3]
    is_number = size.isascii() and size.isdecimal() and (size == "0" or size[0] != "0")
    if not is_number or len(size) > len(str(MAX_SIZE)) or int(size) > MAX_SIZE:
        raise InvalidInput("the size is not a number", field="checkpoint")
    digest = _from_base64(root, "checkpoint")
    if len(digest) != HASH_BYTES:
        raise InvalidInput("the root has not 32 bytes", field="checkpoint")
    return Checkpoint(check_origin(origin), int(size), digest)


def read_checkpoint(note: str) -> Checkpoint:
    """Return the checkpoint of a note without checking who signed it. Raises InvalidInput."""
    return parse_checkpoint(_split_note(note)[0])


def check_origin(origin: str) -> str:
    """Return a log's name. Raises InvalidInput unless it is printable, without blanks and plus signs."""
    if not origin or "+" in origin or not origin.isprintable() or any(c.isspace() for c in origin):
        raise InvalidInput("expected a name without blanks and +", field="audit.origin")
    return origin


def _split_note(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """Return the signed text, and name and signature of each signature line."""
    if len(note) > MAX_NOTE_BYTES:
        raise InvalidInput(f"has more than {MAX_NOTE_BYTES} characters", field="checkpoint")
    body, blank, lines = note.rpartition("\n\n")
    if not blank or not lines.endswith("\n"):
        raise InvalidInput("expected a text, an empty line and signatures", field="checkpoint")
    signatures: list[tuple[str, bytes]] = []
    for line in lines[:-1].split("\n"):
        name, space, encoded = line.removeprefix(_SIGNATURE).partition(" ")
        if not line.startswith(_SIGNATURE) or not space:
            raise InvalidInput(f"not a signature: {line!r:.80}", field="checkpoint")
        signatures.append((name, _from_base64(encoded, "checkpoint")))
    return body + "\n", signatures


def _to_base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _from_base64(text: str, field: str) -> bytes:
    try:
        return base64.b64decode(text.encode(), validate=True)
    except (binascii.Error, ValueError):
        raise InvalidInput("not base64", field=field) from None
