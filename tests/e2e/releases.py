"""Packages of the agent for tests: this source under another version, good ones and broken ones."""

import importlib.metadata
import zipfile
from collections.abc import Mapping
from pathlib import Path

from release.build import write_package

LIBRARIES = (
    *("anyio", "certifi", "click", "h11", "httpcore", "httpx", "idna", "msgspec", "psutil"),
    *("typing_extensions", "zstandard"),
)
"""What requirements/agent.txt pins; the tests take what is installed, so that they need no network."""


def copy_libraries(folder: Path) -> Path:
    """Copy the agent's installed libraries into a folder."""
    for name in LIBRARIES:
        for file in importlib.metadata.files(name) or ():
            if ".." in file.parts or file.suffix == ".pyc":
                continue
            target = folder / file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(Path(str(file.locate())).read_bytes())
    return folder


def make_package(
    libraries: Path, target: Path, version: str, replaced: Mapping[str, str] | None = None
) -> Path:
    """Write a package; `replaced` are files that have another content in it."""
    write_package(libraries, target, version, compression=zipfile.ZIP_STORED)
    if not replaced:
        return target
    whole = target.with_suffix(".whole")
    target.rename(whole)
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(target, "w") as package:
        for entry in source.infolist():
            content = replaced.get(entry.filename)
            package.writestr(entry, source.read(entry) if content is None else content)
    whole.unlink()
    return target
