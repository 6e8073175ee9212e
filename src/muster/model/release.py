"""Releases of the agent: what a package is, who vouches for it, and how far an agent is with one."""

import base64
import binascii
import enum
import platform
import re
import sys
from collections.abc import Iterable
from typing import Annotated, NamedTuple

import msgspec

from muster.errors import InvalidInput
from muster.model.ed25519 import KEY_BYTES, is_signed

UPGRADE = "upgrade"
"""The kind of the command; its argument is the JSON of a `SignedManifest`."""

LOG_RUNNERS = "log runners"
"""What a package without the libraries of log pipelines lacks, and an agent needs that has log runners."""

MAX_PACKAGE_BYTES = 256 * 1024 * 1024
MAX_FAILED = 20

NO_NUL = "^[^\\x00]*$"

Word = Annotated[str, msgspec.Meta(pattern="^[a-z0-9_.+-]{1,32}$")]
VersionText = Annotated[str, msgspec.Meta(max_length=32)]
Sha256 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
Ability = Annotated[str, msgspec.Meta(pattern="^[a-z0-9 _.+-]{1,32}$")]
Reason = Annotated[str, msgspec.Meta(max_length=1024, pattern=NO_NUL)]

_VERSION = re.compile(r"(\d{1,6})\.(\d{1,6})\.(\d{1,6})(?:(\.dev|a|b|rc)(\d{1,6}))?")
_STAGES = {".dev": 0, "a": 1, "b": 2, "rc": 3, None: 4}
_SIGNED = b"muster agent release 1\n"
"""What is signed begins with this, so that a signature is good for nothing else."""


class Version(NamedTuple):
    """A version in its order: `1.2.0.dev1 < 1.2.0a1 < 1.2.0b1 < 1.2.0rc1 < 1.2.0`."""

    major: int
    minor: int
    patch: int
    stage: int
    number: int


def parse_version(text: str) -> Version:
    """Return the version of a text. Raises InvalidInput."""
    match = _VERSION.fullmatch(text)
    if match is None or not text.isascii():
        raise InvalidInput(f"expected a version such as 1.2.3 or 1.3.0rc1, not {text!r:.80}", field="version")
    major, minor, patch, stage, number = match.groups()
    return Version(int(major), int(minor), int(patch), _STAGES[stage], int(number or 0))


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """Where a package runs: `linux`, `x86_64`, `cp311`."""

    os: Word
    arch: Word
    python: Word

    def __str__(self) -> str:
        return f"{self.os} {self.arch} {self.python}"


def this_target() -> Target:
    """Return where this process runs."""
    tag = "cp" if sys.implementation.name == "cpython" else sys.implementation.name
    return Target(
        os=platform.system().lower(),
        arch=platform.machine().lower(),
        python=f"{tag}{sys.version_info.major}{sys.version_info.minor}",
    )


class Manifest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is signed of a package; `sha256` and `size` (bytes) are those of its file.

    `lacks` names what other packages can do and this one cannot. Nothing is written of one that lacks
    nothing, so that it is signed as packages were before they said that.
    """

    version: VersionText
    os: Word
    arch: Word
    python: Word
    sha256: Sha256
    size: Annotated[int, msgspec.Meta(ge=1, le=MAX_PACKAGE_BYTES)]
    lacks: Annotated[tuple[Ability, ...], msgspec.Meta(max_length=16)] = ()

    def unfit(self, needs: Iterable[str]) -> str:
        """Return why an agent that needs this must not run the package; nothing when it may."""
        missing = sorted(set(self.lacks) & set(needs))
        if not missing:
            return ""
        return f"the package of {self.version} lacks what this agent has: {', '.join(missing)}"

    @property
    def target(self) -> Target:
        """Where it runs."""
        return Target(os=self.os, arch=self.arch, python=self.python)

    @property
    def file_name(self) -> str:
        """What its file is called by those who fetch it."""
        return f"muster-agent-{self.version}-{self.os}-{self.arch}-{self.python}.zip"


class SignedManifest(msgspec.Struct, frozen=True, kw_only=True):
    """A manifest and the Ed25519 signature over its canonical form, in base64."""

    manifest: Manifest
    signature: Annotated[str, msgspec.Meta(max_length=128)]


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """A package that the server keeps; `added_us` in Unix microseconds, `message` for people."""

    signed: SignedManifest
    message: str
    added_us: int

    @property
    def manifest(self) -> Manifest:
        """What is known of the package."""
        return self.signed.manifest


class PackageInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What a package says of itself: as its manifest, and in `spool` which version of that file it writes."""

    version: VersionText
    os: Word
    arch: Word
    python: Word
    spool: int
    lacks: Annotated[tuple[Ability, ...], msgspec.Meta(max_length=16)] = ()


class UpgradeState(enum.StrEnum):
    """How far an agent is with the package that it was told to run."""

    NONE = "none"
    """It was told nothing yet."""

    INSTALLING = "installing"
    TRYING = "trying"
    """It is installed and starts, beside the old one."""

    DONE = "done"
    FAILED = "failed"
    """The old version goes on; the reason says why."""


class UpgradeStatus(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent says of upgrades.

    `can_upgrade` is false for one that has no release key or was not started by the launcher. `version`
    and `sha256` are of the package of the last command; packages in `failed` are not tried again, and
    none is taken that lacks what the agent `needs`.
    """

    target: Target
    can_upgrade: bool
    state: UpgradeState = UpgradeState.NONE
    version: VersionText = ""
    sha256: Annotated[str, msgspec.Meta(max_length=64)] = ""
    reason: Reason = ""
    failed: Annotated[list[Sha256], msgspec.Meta(max_length=MAX_FAILED)] = []
    needs: Annotated[list[Ability], msgspec.Meta(max_length=16)] = []


def to_signed_bytes(manifest: Manifest) -> bytes:
    """Return what is signed of a manifest: the same bytes for the same manifest, whoever writes them."""
    return _SIGNED + msgspec.json.encode(manifest, order="sorted")


def check_signature(signed: SignedManifest, public_key: bytes) -> None:
    """Raise InvalidInput unless the owner of the key signed exactly this manifest."""
    try:
        signature = base64.b64decode(signed.signature, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidInput("the signature is not base64", field="signature") from None
    if not is_signed(public_key, to_signed_bytes(signed.manifest), signature):
        raise InvalidInput("the signature was not made with the release key", field="signature")


def parse_public_key(text: str) -> bytes:
    """Return a public key (32 bytes) from base64. Raises InvalidInput."""
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise InvalidInput("expected an Ed25519 public key: 32 bytes in base64", field="upgrade_key")
    return key


def parse_signed_manifest(text: str | bytes) -> SignedManifest:
    """Return a signed manifest from JSON, its version checked, its signature not. Raises InvalidInput."""
    try:
        signed = msgspec.json.decode(text, type=SignedManifest)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InvalidInput(f"not a signed manifest: {error}", field="manifest") from None
    parse_version(signed.manifest.version)
    return signed
