"""`python -m release.build`: a package of the agent for this machine's system and Python.

It is a zip file with a `__main__.py`, the agent, and every library that it needs, as pinned with
hashes in requirements/release.txt, or agent.txt for one without log pipelines. An agent unpacks it
beside its own version and runs the folder.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from muster.agent.spool_file import VERSION as SPOOL_VERSION
from muster.agent.upgrade.package import INFO
from muster.model.release import LOG_RUNNERS, parse_version, this_target

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "muster"
REQUIREMENTS = ROOT / "requirements"

LOG_LIBRARY = "polars"
"""What the agent cannot run log pipelines without."""

SERVER_ONLY = frozenset({"api", "core", "store"})
LEFT_OUT = frozenset({"__pycache__", "tests", "bin"})
MAIN = """\
\"\"\"Runs the `muster` of this package.\"\"\"

from muster.cli.main import main

main()
"""
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of every file, so that the same content makes the same package."""

_VERSION = re.compile(r'^__version__ = "(.+)"$', re.MULTILINE)


def source_version() -> str:
    """Return the version of the source."""
    return _VERSION.findall((SOURCE / "__init__.py").read_text())[0]


def write_package(
    libraries: Path, target: Path, version: str, *, compression: int = zipfile.ZIP_DEFLATED
) -> None:
    """Write the package of this source, called `version`, with the libraries of a folder.

    Raises InvalidInput when that is no version.
    """
    parse_version(version)
    here = this_target()
    about = {
        "version": version,
        "os": here.os,
        "arch": here.arch,
        "python": here.python,
        "spool": SPOOL_VERSION,
        "lacks": [] if (libraries / LOG_LIBRARY).is_dir() else [LOG_RUNNERS],
    }
    with zipfile.ZipFile(target, "w", compression) as package:
        _add(package, INFO, json.dumps(about, sort_keys=True).encode())
        _add(package, "__main__.py", MAIN.encode())
        for file in _files(SOURCE):
            name = file.relative_to(SOURCE)
            if name.parts[0] in SERVER_ONLY:
                continue
            content = file.read_bytes()
            if name == Path("__init__.py"):
                content = _VERSION.sub(f'__version__ = "{version}"', content.decode()).encode()
            _add(package, f"muster/{name.as_posix()}", content)
        for file in _files(libraries):
            _add(package, file.relative_to(libraries).as_posix(), file.read_bytes())


def install_libraries(folder: Path, requirements: Path) -> None:
    """Install libraries into a folder, each with the hash that it is pinned with."""
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    options = ["--require-hashes", "--only-binary", ":all:", "--no-compile", "--target", str(folder)]
    subprocess.run([*pip, "install", *options, "-r", str(requirements)], check=True)


def main() -> int:
    """Build the package that the command line asks for, and print its name."""
    parser = argparse.ArgumentParser(
        prog="python -m release.build", description="Build a package of the agent."
    )
    parser.add_argument("--version", default=source_version(), help="Call it so. [default: %(default)s]")
    parser.add_argument("--output", type=Path, default=ROOT / "dist", metavar="DIR")
    parser.add_argument("--small", action="store_true", help="Leave out what only log pipelines need.")
    given = parser.parse_args()
    here = this_target()
    name = f"muster-agent-{given.version}-{here.os}-{here.arch}-{here.python}.zip"
    given.output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        libraries = Path(folder) / "libraries"
        install_libraries(libraries, REQUIREMENTS / ("agent.txt" if given.small else "release.txt"))
        new = Path(folder) / name
        write_package(libraries, new, given.version)
        shutil.move(new, given.output / name)
    sys.stdout.write(f"{given.output / name}\n")
    return 0


def _files(folder: Path) -> Iterator[Path]:
    """Yield what belongs into a package, in an order that is always the same."""
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.is_file() and not LEFT_OUT.intersection(parts) and path.suffix != ".pyc":
            yield path


def _add(package: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, EPOCH)
    entry.compress_type = package.compression
    entry.external_attr = 0o644 << 16
    package.writestr(entry, content)


if __name__ == "__main__":
    sys.exit(main())
