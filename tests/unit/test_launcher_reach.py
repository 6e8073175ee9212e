"""Whether the server is there, as the launcher sees it."""

import http.server
import threading
from collections.abc import Iterator

import pytest

from muster.launcher.reach import is_reachable
from tests.processes import free_port


class Health(http.server.BaseHTTPRequestHandler):
    """Answers /ok/health with 200 and everything else with 503."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/ok/health" else 503)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def url() -> Iterator[str]:
    with http.server.HTTPServer(("127.0.0.1", 0), Health) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_server_is_there_when_it_says_that_it_is_well(url: str) -> None:
    assert is_reachable(f"{url}/ok")
    assert is_reachable(f"{url}/ok/")
    assert not is_reachable(f"{url}/ill")
    assert not is_reachable(url.replace("http:", "https:"))


@pytest.mark.parametrize(
    "server", ["", "x", "http://", "http://127.0.0.1:x", "http://127.0.0.1:99999", "https://[::"]
)
def test_what_is_no_address_is_not_there(server: str) -> None:
    assert not is_reachable(server)


def test_a_wrong_file_of_authorities_or_a_closed_port_is_no_error() -> None:
    assert not is_reachable(f"http://127.0.0.1:{free_port()}")
    assert not is_reachable(f"https://127.0.0.1:{free_port()}", "/nonexistent/ca.pem")
