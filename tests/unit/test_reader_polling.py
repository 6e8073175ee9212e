"""Readers that run a script or ask an address at times."""

import http.server
import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from muster.errors import InvalidInput
from muster.pipeline.readers.polling import Polling
from muster.pipeline.readers.reader import Haul, Place
from muster.pipeline.spec import READER, read_component
from tests.processes import wait_for

READERS = Path(__file__).parents[1] / "golden/pipeline/readers"


class Open:
    """Readers, and a clock that is set by hand."""

    def __init__(self) -> None:
        self.at_s = 1000.0
        self.readers: list[Polling] = []
        self.place = Place(max_line_bytes=100, now_s=lambda: 2e9 + self.at_s, monotonic_s=lambda: self.at_s)

    def __call__(self, **options: Any) -> Polling:
        spec, problems = read_component(READER, options, "reader")
        assert problems == []
        assert spec is not None
        self.readers.append(spec.open({}, self.place))  # type: ignore[attr-defined]
        return self.readers[-1]


@pytest.fixture
def opened() -> Iterator[Open]:
    opened = Open()
    yield opened
    for each in opened.readers:
        each.close()


def once(reader: Polling) -> Haul:
    """Return what comes of one time."""
    haul = Haul()

    def look() -> bool:
        haul.add(reader.read(1000))
        return bool(haul.rows or haul.troubles)

    wait_for("lines or a trouble", look)
    return haul


def lines(haul: Haul) -> list[str]:
    return [line for segment in haul.segments for line in segment.lines]


def script(opened: Open, content: str, **options: Any) -> Polling:
    return opened(mode="script", script_content=content, **options)


def test_the_example_of_a_script_runs(opened: Open) -> None:
    reader = opened(**json.loads((READERS / "script/at_times/spec.json").read_text()))
    haul = once(reader)
    assert (lines(haul), haul.troubles) == (["one", "two"], [])
    assert reader.read(1000).rows == 0


def test_a_script_runs_again_after_a_while(opened: Open) -> None:
    reader = script(opened, "echo $$", script_cron="@every 30s", script_exec_onstart="false")
    opened.at_s += 29
    assert reader.read(1000).rows == 0
    found = set()
    for _ in range(2):
        opened.at_s += 30
        found.update(lines(once(reader)))
    assert len(found) == 2


def test_a_script_in_a_file_gets_arguments(opened: Open, tmp_path: Path) -> None:
    path = tmp_path / "told.sh"
    path.write_text('echo "$#: $2"')
    haul = once(opened(mode="script", log_path=str(path), script_params="a b"))
    assert lines(haul) == ["2: b"]
    assert haul.segments[0].source == str(path)


def test_what_a_script_says_is_wrong_is_told_with_what_it_wrote(opened: Open) -> None:
    haul = once(script(opened, "echo one; echo broken >&2; exit 3"))
    assert lines(haul) == ["one"]
    assert haul.troubles == ["script: it ended with code 3: broken"]


@pytest.mark.parametrize("rest", ["wait", "exit 0"])
def test_a_script_is_ended_with_its_whole_group(opened: Open, tmp_path: Path, rest: str) -> None:
    """Also when it leaves something behind that holds its output open."""
    child = tmp_path / "child"
    reader = script(opened, f"sleep 1000 & echo $! > {child}; echo begun; {rest}", script_timeout="300ms")
    haul = once(reader)
    assert lines(haul) == ["begun"]
    assert haul.troubles == (["script: it took longer than 300ms"] if rest == "wait" else [])
    pid = int(child.read_text())
    wait_for("the child is gone", lambda: not is_running(pid))


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_closing_ends_a_script_that_runs(opened: Open, tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    reader = script(
        opened, f"echo $$ > {begun}.part; mv {begun}.part {begun}; sleep 1000", script_timeout="1h"
    )
    wait_for("the script runs", lambda: reader.read(1000) and begun.exists())
    pid = int(begun.read_text())
    reader.close()
    assert not is_running(pid)


def test_a_script_that_writes_without_end_is_ended(opened: Open) -> None:
    haul = once(script(opened, "yes", script_timeout="60s"))
    assert haul.troubles == ["script: it wrote more than 8388608 bytes"]
    assert haul.rows > 1_000_000


def test_a_script_that_is_not_allowed_is_refused(opened: Open, tmp_path: Path) -> None:
    opened.place = Place(allows=lambda path: path.startswith("/srv"))
    with pytest.raises(InvalidInput, match="/bin/bash: the agent's own settings"):
        script(opened, "true")
    with pytest.raises(InvalidInput, match="no such file"):
        script(Open(), "true", script_exec_interprepter=str(tmp_path / "gone"))


@pytest.mark.parametrize(
    ("options", "path"),
    [
        ({}, "reader.log_path"),
        ({"script_content": "a", "log_path": "/b"}, "reader.log_path"),
        ({"script_content": "a", "script_cron": "often"}, "reader.script_cron"),
        ({"script_content": "a", "script_timeout": "soon"}, "reader.script_timeout"),
        ({"script_content": "a", "script_exec_interprepter": "bash"}, "reader.script_exec_interprepter"),
    ],
)
def test_what_is_no_script_is_refused(options: dict[str, str], path: str) -> None:
    _, problems = read_component(READER, {"mode": "script", **options}, "reader")
    assert [each.path for each in problems] == [path]


class Answering(http.server.BaseHTTPRequestHandler):
    """Answers with what was asked, or as the path says."""

    def do_GET(self) -> None:
        size = self.rfile.read(int(self.headers.get("content-length", 0)))
        data = f"{self.command} {self.path}\n{self.headers.get('accept', '')}\n{size.decode()}\n".encode()
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("location", "/")
            self.end_headers()
            return
        self.send_response(200)
        if self.path == "/cut":
            self.send_header("content-length", "1000")
        self.end_headers()
        self.wfile.write(bytes(9_000_000) if self.path == "/large" else data)

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def address() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_example_of_asking_asks(opened: Open, address: str) -> None:
    options = json.loads((READERS / "httpfetch/every_minute/spec.json").read_text())
    reader = opened(**options | {"http_service_address": address})
    expected = ["GET /status?full=1", "application/json"]
    haul = once(reader)
    assert (lines(haul), haul.troubles) == (expected, [])
    assert haul.segments[0].source == f"{address}/status?full=1"
    assert reader.read(1000).rows == 0
    opened.at_s += 60
    assert lines(once(reader)) == expected


def test_a_body_is_sent(opened: Open, address: str) -> None:
    reader = opened(mode="httpfetch", http_service_address=address, http_method="POST", http_body="all")
    assert lines(once(reader)) == ["POST /", "all"]


@pytest.mark.parametrize(
    ("path", "trouble"),
    [("/moved", "answered 302"), ("/large", "answered more than 8388608 bytes"), ("/cut", "IncompleteRead")],
)
def test_an_answer_that_is_not_whole_is_no_line(opened: Open, address: str, path: str, trouble: str) -> None:
    reader = opened(mode="httpfetch", http_service_address=address, http_service_path=path)
    haul = once(reader)
    assert haul.rows == 0
    assert [trouble in each for each in haul.troubles] == [True]


def test_nobody_answers(opened: Open) -> None:
    haul = once(opened(mode="httpfetch", http_service_address="http://127.0.0.1:9"))
    assert haul.rows == 0
    assert haul.troubles == [f"http://127.0.0.1:9/: [Errno 111] {os.strerror(111)}"]


@pytest.mark.parametrize(
    ("options", "path"),
    [
        ({"http_service_address": "ftp://a"}, "reader.http_service_address"),
        ({"http_service_address": "http://a:b"}, "reader.http_service_address"),
        ({"http_headers": "[]"}, "reader.http_headers"),
        ({"http_service_path": "status"}, "reader.http_service_path"),
        ({"http_cron": "often"}, "reader.http_cron"),
    ],
)
def test_what_cannot_be_asked_is_refused(options: dict[str, str], path: str) -> None:
    given = {"mode": "httpfetch", "http_service_address": "http://a", **options}
    _, problems = read_component(READER, given, "reader")
    assert [each.path for each in problems] == [path]
