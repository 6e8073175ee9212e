import stat
from pathlib import Path

import pytest

from muster.agent.identity import Identity, IdentityFile, open_data_directory
from muster.errors import SettingsError
from muster.model.ids import AgentId

IDENTITY = Identity(agent_id=AgentId("a" * 32), credential="secret", server="http://s:1")


def test_what_is_saved_is_loaded_and_private(tmp_path: Path) -> None:
    file = IdentityFile(tmp_path)
    assert file.load() is None
    (tmp_path / "agent.new").write_text("half a file of a crash")
    file.save(IDENTITY)
    assert IdentityFile(tmp_path).load() == IDENTITY
    assert [path.name for path in tmp_path.iterdir()] == ["agent.json"]
    assert stat.S_IMODE((tmp_path / "agent.json").stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff\xfe", b'{"agent_id": 3}'])
def test_a_damaged_identity_is_one_clear_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "agent.json").write_bytes(content)
    with pytest.raises(SettingsError, match=r"agent\.json: cannot be used"):
        IdentityFile(tmp_path).load()


def test_a_data_directory_serves_one_process(tmp_path: Path) -> None:
    data = tmp_path / "deep" / "data"
    with open_data_directory(data):
        assert stat.S_IMODE(data.stat().st_mode) == 0o700
        with pytest.raises(SettingsError, match="in use by another process"), open_data_directory(data):
            pass
    with open_data_directory(data):
        pass


def test_a_data_directory_that_cannot_be_made_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="data directory"), open_data_directory(tmp_path / "file" / "x"):
        pass
