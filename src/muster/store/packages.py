"""Packages of releases as files in the data directory, named by their SHA-256."""

import asyncio
import hashlib
import os
from pathlib import Path

from muster.errors import InvalidInput, NotFound, Unavailable
from muster.model.release import MAX_PACKAGE_BYTES, SignedManifest

CHUNK_BYTES = 1024 * 1024


class PackageFiles:
    """Implements `muster.core.fleet.releases.PackageStore` in `<data>/releases`."""

    def __init__(self, data: Path) -> None:
        self._directory = data / "releases"

    async def put(self, file: Path, signed: SignedManifest) -> None:
        """See `PackageStore`."""
        await asyncio.to_thread(self._put, file, signed)

    async def find(self, sha256: str) -> Path:
        """See `PackageStore`."""
        path = self._directory / sha256
        is_name = len(sha256) == 64 and all(c in "0123456789abcdef" for c in sha256)
        if not is_name or not await asyncio.to_thread(path.is_file):
            raise NotFound(f"no package {sha256:.80}")
        return path

    def _put(self, file: Path, signed: SignedManifest) -> None:
        target = self._directory / signed.manifest.sha256
        new = self._directory / f".new-{os.getpid()}"
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                _copy(file, new, signed)
                new.replace(target)
            finally:
                new.unlink(missing_ok=True)
            _sync_directory(self._directory)
            _sync_directory(self._directory.parent)
        except OSError as error:
            raise Unavailable(f"the package cannot be kept: {error}") from error


def _copy(file: Path, target: Path, signed: SignedManifest) -> None:
    """Copy a file, durably. Raises OSError, InvalidInput when it is not the one that is signed."""
    digest = hashlib.sha256()
    size = 0
    with file.open("rb") as source, os.fdopen(_create(target), "wb") as copy:
        while (chunk := source.read(CHUNK_BYTES)) and size <= MAX_PACKAGE_BYTES:
            digest.update(chunk)
            size += len(chunk)
            copy.write(chunk)
        copy.flush()
        os.fsync(copy.fileno())
    if (size, digest.hexdigest()) != (signed.manifest.size, signed.manifest.sha256):
        raise InvalidInput("the file is not the one that was signed: another SHA-256", field="sha256")


def _create(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)


def _sync_directory(path: Path) -> None:
    directory = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
