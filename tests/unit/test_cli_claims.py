"""What the server holds before it serves: its directory and its port."""

import socket
from pathlib import Path

import pytest

from muster.cli.claims import bound, locked, url_of_running
from muster.errors import SettingsError

URL = "https://web1:9090"


def test_answers_are_not_held_back_by_nagle() -> None:
    with bound("127.0.0.1", 0) as listening:
        listening.setblocking(True)
        with socket.create_connection(listening.getsockname()):
            accepted, _ = listening.accept()
            with accepted:
                assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0


def test_a_taken_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=f"127.0.0.1:{port} is taken"), bound("127.0.0.1", port):
            pytest.fail("bound a taken port")


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"192\.0\.2\.1"), bound("192.0.2.1", 0):
        pytest.fail("bound a foreign address")


def test_a_directory_is_held_once_and_freed(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with locked(data, URL), pytest.raises(SettingsError, match="another Muster"), locked(data, URL):
        pytest.fail("locked twice")
    with locked(data, URL):
        assert data.stat().st_mode & 0o777 == 0o700


def test_a_directory_tells_where_its_server_is_reached_while_it_runs(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert url_of_running(data) is None
    with locked(data, URL):
        assert url_of_running(data) == URL
    assert url_of_running(data) is None


def test_a_directory_of_an_older_version_tells_no_address(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text("4711")
    assert url_of_running(tmp_path) is None
