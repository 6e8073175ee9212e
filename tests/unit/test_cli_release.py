"""`muster release`: what is said of a key that is none."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from muster.cli import release
from muster.errors import SettingsError


@pytest.mark.parametrize("content", [None, b"", b"aOJp1Dpm8BAI514S+ynXVrdh19XqY1IOaNpzerHpqOw=\n"])
def test_what_is_no_private_key_is_named(tmp_path: Path, content: bytes | None) -> None:
    package, key = tmp_path / "x.zip", tmp_path / "release.pub"
    package.write_bytes(b"")
    if content is not None:
        key.write_bytes(content)
    result = CliRunner().invoke(release.command, ["sign", "--key", str(key), str(package)])
    assert isinstance(result.exception, SettingsError)
    expected = "No such file" if content is None else "a private key, as `muster release keygen` makes it"
    assert str(result.exception).startswith(f"--key {key}: ")
    assert expected in str(result.exception)
