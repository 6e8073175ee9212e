"""A package carries the console, so that its users never need Node; without one there is no package."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NEEDED = ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of what a wheel is made of, without a console."""
    ignored = shutil.ignore_patterns("dist", "__pycache__")
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=ignored)
    for name in NEEDED:
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def build(tree: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel"],
        cwd=tree,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_without_a_console_there_is_no_package(tree: Path) -> None:
    done = build(tree)
    assert done.returncode != 0
    assert "run `make web` first" in done.stderr + done.stdout


def test_a_wheel_has_the_console_the_schemas_and_the_migrations(tree: Path) -> None:
    console = tree / "src/muster/api/console/dist/assets"
    console.mkdir(parents=True)
    (console.parent / "index.html").write_text("<title>Muster</title>")
    (console / "index.js").write_text("1")
    done = build(tree)
    assert done.returncode == 0, done.stderr
    (wheel,) = (tree / "dist").glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    for name in (
        "muster/api/console/dist/index.html",
        "muster/api/console/dist/assets/index.js",
        "muster/store/telemetry/schema/samples.sql",
        "muster/store/relational/migrations/versions/r0001_foundations.py",
    ):
        assert name in names
