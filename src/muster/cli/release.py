"""`muster release`: keys, signatures, and the packages of the agent that a server offers."""

import asyncio
import base64
import getpass
import hashlib
import os
import socket
import time
from pathlib import Path

import click
import msgspec

from muster.agent.upgrade.package import read_info
from muster.cli.options import data_options
from muster.cli.stored import opened_releases
from muster.errors import InvalidInput, SettingsError
from muster.model.release import (
    MAX_PACKAGE_BYTES,
    Manifest,
    PackageInfo,
    SignedManifest,
    parse_public_key,
    parse_signed_manifest,
    to_signed_bytes,
)
from muster.settings import LoadedSettings

CHUNK_BYTES = 1024 * 1024

_file = click.argument("file", metavar="FILE", type=Path)


@click.group("release", short_help="Sign packages of the agent, and offer them for upgrades.")
def command() -> None:
    """A package runs on an agent only when it is signed with the key that the agent was installed with.

    Keep the private key off the server: make it, and sign, elsewhere.
    """


@command.command("keygen", epilog="Example: muster release keygen release.key > release.pub")
@_file
def keygen(file: Path) -> None:
    """Write a new private key to FILE, and print its public key on standard output."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = Ed25519PrivateKey.generate()
    text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
            target.write(text)
            target.flush()
            os.fsync(target.fileno())
    except OSError as error:
        raise SettingsError(f"{file}: {error.strerror}") from None
    click.echo(base64.b64encode(key.public_key().public_bytes_raw()).decode())
    click.echo(f"{file} signs releases: keep it off the server. Agents take the public key above.", err=True)


@command.command("sign", epilog="Example: muster release sign --key release.key muster-agent-*.zip")
@_file
@click.option("--key", "key_file", metavar="FILE", type=Path, required=True, help="Holds the private key.")
def sign(file: Path, key_file: Path) -> None:
    """Sign a package: write FILE.sig, which holds what is signed, and the signature."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(key_file.read_bytes(), password=None)
    except OSError as error:
        raise SettingsError(f"--key {key_file}: {error.strerror}") from None
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise SettingsError(f"--key {key_file}: expected a private key, as `muster release keygen` makes it")
    manifest = _describe(file)
    signature = base64.b64encode(key.sign(to_signed_bytes(manifest))).decode()
    signed = SignedManifest(manifest=manifest, signature=signature)
    target = file.with_name(f"{file.name}.sig")
    try:
        target.write_bytes(msgspec.json.format(msgspec.json.encode(signed)) + b"\n")
    except OSError as error:
        raise SettingsError(f"{target}: {error.strerror}") from None
    click.echo(f"Signed {manifest.version} for {manifest.target}: {target}", err=True)
    _warn_of(manifest)


@command.command("add", epilog="Example: muster release add muster-agent-0.2.0-linux-x86_64-cp311.zip")
@data_options
@_file
@click.option("--message", default="", help="Says what is new in it.")
@click.option("--os", "os_", metavar="OS", help="Refuse it unless it is for this system, linux for example.")
@click.option("--arch", metavar="ARCH", help="And for this machine, x86_64 for example.")
@click.option("--python", metavar="TAG", help="And for this Python, cp311 for example.")
@click.option("--version", metavar="VERSION", help="And of this version.")
def add(
    loaded: LoadedSettings,
    file: Path,
    message: str,
    os_: str | None,
    arch: str | None,
    python: str | None,
    version: str | None,
) -> None:
    """Offer a package that was signed: FILE, and beside it FILE.sig. Works while the server runs.

    The signature is checked when agent.upgrade_key is set on the server, and by each agent anyway.
    """
    signature = file.with_name(f"{file.name}.sig")
    try:
        signed = parse_signed_manifest(signature.read_bytes())
    except OSError as error:
        raise SettingsError(f"{signature}: {error.strerror}; make it with `muster release sign`") from None
    for option, wanted in (("os", os_), ("arch", arch), ("python", python), ("version", version)):
        found = getattr(signed.manifest, option)
        if wanted is not None and wanted != found:
            raise InvalidInput(f"it is signed as {found}, not {wanted}", field=f"--{option}")
    key = loaded.settings.agent.upgrade_key
    with opened_releases(loaded.settings) as releases:
        release = asyncio.run(
            releases.add(
                file,
                signed,
                message=message,
                by=f"{getpass.getuser()}@{socket.gethostname()}",
                now_us=time.time_ns() // 1000,
                public_key=parse_public_key(key) if key else None,
            )
        )
    manifest = release.manifest
    click.echo(f"Version {manifest.version} for {manifest.target} is offered from now on.", err=True)
    _warn_of(manifest)


@command.command("list")
@data_options
def list_(loaded: LoadedSettings) -> None:
    """List every release, the newest of each system first."""
    with opened_releases(loaded.settings) as releases:
        found = asyncio.run(releases.all())
    rows = [
        (x.manifest.version, str(x.manifest.target), x.manifest.sha256[:12], x.message.partition("\n")[0])
        for x in found
    ]
    for row in [("VERSION", "FOR", "SHA-256", "MESSAGE"), *rows]:
        click.echo("{:<12}  {:<24}  {:<12}  {}".format(*row).rstrip())


def _warn_of(manifest: Manifest) -> None:
    """Say what a package lacks, since agents that have it will not take the package."""
    if manifest.lacks:
        lacks = ", ".join(manifest.lacks)
        click.echo(f"It lacks {lacks}: agents that have some keep the version they run.", err=True)


def _describe(file: Path) -> Manifest:
    """Return what is to be signed of a package. Raises InvalidInput, SettingsError."""
    try:
        info: PackageInfo = read_info(file)
        digest = hashlib.sha256()
        with file.open("rb") as source:
            while chunk := source.read(CHUNK_BYTES):
                digest.update(chunk)
        size = file.stat().st_size
    except OSError as error:
        raise SettingsError(f"{file}: {error.strerror}") from None
    if size > MAX_PACKAGE_BYTES:
        raise InvalidInput(f"at most {MAX_PACKAGE_BYTES} bytes, it has {size}", field="FILE")
    return Manifest(
        version=info.version,
        os=info.os,
        arch=info.arch,
        python=info.python,
        sha256=digest.hexdigest(),
        size=size,
        lacks=info.lacks,
    )
