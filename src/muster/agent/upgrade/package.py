"""A package's file: checked, and unpacked into a folder of its own."""

import contextlib
import hashlib
import os
import shutil
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePosixPath

import msgspec

from muster.agent.spool_file import VERSION as SPOOL_VERSION
from muster.errors import InvalidInput
from muster.model.release import Manifest, PackageInfo, parse_version

INFO = "muster-release.json"
MAX_FILES = 20_000
MAX_UNPACKED_BYTES = 1024 * 1024 * 1024
_CHUNK = 1024 * 1024


def folder_name(manifest: Manifest) -> str:
    """Return the name of the folder that a package is unpacked to."""
    return f"{manifest.version}-{manifest.sha256[:8]}"


def check_content(file: Path, manifest: Manifest) -> None:
    """Raise InvalidInput unless a file is the one of a manifest. Blocks; raises OSError."""
    digest = hashlib.sha256()
    size = 0
    with file.open("rb") as source:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    if size != manifest.size or digest.hexdigest() != manifest.sha256:
        raise InvalidInput("the package is not the one that was signed: another SHA-256", field="sha256")


def unpack(file: Path, manifest: Manifest, versions: Path) -> Path:
    """Unpack a package that was checked into `<versions>/<version>-<hash8>`; return that folder.

    It is durable and complete when it has this name. Raises InvalidInput for a package that must not
    be used, OSError when it cannot be stored; nothing is left behind then. Blocks.
    """
    target = versions / folder_name(manifest)
    new = versions / f".new-{target.name}"
    shutil.rmtree(new, ignore_errors=True)
    shutil.rmtree(target, ignore_errors=True)
    try:
        new.mkdir(mode=0o700, parents=True)
        with _opened(file) as package:
            check_info(package, manifest)
            for entry in _checked_entries(package):
                _extract(package, entry, new)
        for folder, _, _ in os.walk(new):
            _sync(Path(folder))
        new.replace(target)
        _sync(versions)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
    return target


def check_info(package: zipfile.ZipFile, manifest: Manifest) -> None:
    """Raise InvalidInput unless a package says of itself what was signed, and leaves the spool readable."""
    info = _parse_info(package)
    said = (info.version, info.os, info.arch, info.python)
    if said != (manifest.version, manifest.os, manifest.arch, manifest.python):
        raise InvalidInput(f"the package says that it is {' '.join(said)}", field="package")
    if info.lacks != manifest.lacks:
        raise InvalidInput(f"the package says that it lacks {_listed(info.lacks)}", field="package")
    if info.spool > SPOOL_VERSION:
        raise InvalidInput(
            f"its spool has version {info.spool}, which this version cannot read: there would be no way back",
            field="package",
        )


def read_info(file: Path) -> PackageInfo:
    """Return what a package says of itself. Raises InvalidInput, OSError."""
    with _opened(file) as package:
        return _parse_info(package)


def remove_others(versions: Path, *keep: str) -> None:
    """Remove every version but these. Never raises."""
    _remove(versions, lambda name: name not in keep)


def remove_unfinished(versions: Path) -> None:
    """Remove what an installation left behind that was not finished. Never raises."""
    _remove(versions, lambda name: name.startswith("."))


def _remove(versions: Path, is_unwanted: Callable[[str], bool]) -> None:
    with contextlib.suppress(OSError):
        for path in filter(lambda path: is_unwanted(path.name), versions.iterdir()):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) or "nothing"


def _parse_info(package: zipfile.ZipFile) -> PackageInfo:
    try:
        info = msgspec.json.decode(package.read(INFO), type=PackageInfo)
    except (KeyError, msgspec.MsgspecError, UnicodeDecodeError):
        raise InvalidInput(f"the package has no {INFO} that can be read", field="package") from None
    parse_version(info.version)
    return info


@contextlib.contextmanager
def _opened(file: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(file) as package:
            yield package
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise InvalidInput(f"the package is no zip file that can be read: {error}", field="package") from None


def _checked_entries(package: zipfile.ZipFile) -> Iterator[zipfile.ZipInfo]:
    """Yield the files of a package. Raises InvalidInput for what must not be in one."""
    entries = package.infolist()
    if len(entries) > MAX_FILES or sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
        raise InvalidInput(
            f"the package has more than {MAX_FILES} files or {MAX_UNPACKED_BYTES} bytes", field="package"
        )
    for entry in entries:
        path = PurePosixPath(entry.filename)
        is_outside = path.is_absolute() or ".." in path.parts or "\\" in entry.filename
        if is_outside or stat.S_ISLNK(entry.external_attr >> 16):
            raise InvalidInput(f"the package holds {entry.filename!r:.200}", field="package")
        if not entry.is_dir():
            yield entry


def _extract(package: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path) -> None:
    path = folder / entry.filename
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    left = entry.file_size
    with package.open(entry) as source, path.open("xb") as target:
        while chunk := source.read(min(_CHUNK, left + 1)):
            left -= len(chunk)
            if left < 0:
                raise InvalidInput(f"{entry.filename!r:.200} is longer than it says", field="package")
            target.write(chunk)
        target.flush()
        os.fsync(target.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
