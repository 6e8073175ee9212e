"""Senders: rows reach files and addresses as they say, and who gets which is decided by a field."""

import gzip
import http.server
import json
import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from muster.errors import InvalidInput
from muster.pipeline.batch import LINE, to_batch
from muster.pipeline.component import Surroundings
from muster.pipeline.log_columns import to_arrow
from muster.pipeline.senders import SENDERS
from muster.pipeline.senders.discard import DiscardSpec
from muster.pipeline.senders.muster import MusterSpec
from muster.pipeline.senders.routing import route
from muster.pipeline.senders.sender import DeliveryFailed, Door, Record, SenderSpec, Target, iter_records
from muster.pipeline.spec import SENDER, RouterSpec, check, read_component
from muster.pipeline.stages import open_stages

GOLDEN = Path(__file__).parents[1] / "golden" / "pipeline" / "senders"
CASES = sorted(GOLDEN.glob("*/*/spec.json"))
NOW = datetime(2026, 11, 21, 23, 59, 58, tzinfo=UTC)
RECORDS: list[Record] = [
    {"timestamp": "2026-11-21T23:59:59.000000Z", "message": "one", "host": "a"},
    {"timestamp": "2026-11-22T00:00:00.000000Z", "message": "two", "level": "error"},
]
READER = {"mode": "file", "log_path": "/x"}


def spec_of(options: dict[str, Any]) -> SenderSpec:
    spec, problems = read_component(SENDER, options, "senders[0]")
    assert problems == []
    assert isinstance(spec, SenderSpec)
    return spec


def example(name: str) -> dict[str, Any]:
    return dict(json.loads((GOLDEN / name / "spec.json").read_text()))


def test_each_sender_has_an_example() -> None:
    assert {case.parent.parent.name for case in CASES} == {spec.TYPES[0] for spec in SENDERS}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.parent.name)
def test_an_example_can_be_read(case: Path) -> None:
    assert case.parent.parent.name in type(spec_of(json.loads(case.read_text()))).TYPES


def test_rows_are_records() -> None:
    stages = open_stages({"reader": READER, "parser": {"type": "json"}}, Surroundings(now=lambda: NOW))
    lines = ['{"message": "m", "level": "warn", "time": "2026-11-21T10:00:00.25Z", "a": 1}', "broken"]
    first, second = iter_records(to_arrow(stages(to_batch(lines, "/x", NOW))))
    own = {"timestamp": "2026-11-21T10:00:00.250000Z", "level": "warning", "source": "/x"}
    assert first == {**own, "message": "m", "a": "1"}
    assert second.pop("parse_error")
    assert second == {"timestamp": "2026-11-21T23:59:58.000000Z", "source": "/x", "message": "broken"}


class TestFile:
    def open(self, directory: Path, **options: Any) -> Target:
        given = example("file/by_day") | options
        path = given["file_send_path"].replace("/var/archive", str(directory))
        return spec_of(given | {"file_send_path": path}).open(Door())

    def test_rows_go_to_the_files_of_their_times(self, tmp_path: Path) -> None:
        target = self.open(tmp_path / "new")
        target.deliver(RECORDS)
        target.deliver(RECORDS[1:])
        found = {path.name: path.read_text().splitlines() for path in (tmp_path / "new").iterdir()}
        assert {name: [json.loads(line) for line in lines] for name, lines in found.items()} == {
            "nginx-2026-11-21.log": RECORDS[:1],
            "nginx-2026-11-22.log": RECORDS[1:] * 2,
        }

    def test_another_field_and_the_message_only(self, tmp_path: Path) -> None:
        target = self.open(tmp_path, file_send_timestamp_key="at", file_write_raw="true")
        target.deliver([RECORDS[0] | {"at": "2020-01-01T00:30:00+01:00"}, RECORDS[1] | {"at": "soon"}])
        assert (tmp_path / "nginx-2019-12-31.log").read_text() == "one\n"
        assert (tmp_path / "nginx-2026-11-22.log").read_text() == "two\n"

    def test_what_a_crash_left_of_a_line_is_ended_first(self, tmp_path: Path) -> None:
        (tmp_path / "nginx-2026-11-22.log").write_text('{"mess')
        self.open(tmp_path).deliver(RECORDS[1:])
        first, second = (tmp_path / "nginx-2026-11-22.log").read_text().splitlines()
        assert first == '{"mess'
        assert json.loads(second) == RECORDS[1]

    def test_a_full_disk_leaves_no_part_of_a_line(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        target = self.open(tmp_path)
        target.deliver(RECORDS[1:])
        before = (tmp_path / "nginx-2026-11-22.log").read_text()
        write = os.write
        written: list[int] = []

        def fill(fd: int, data: bytes) -> int:
            if written:
                raise OSError(28, "No space left on device")
            written.append(write(fd, data[:7]))
            return 7

        with monkeypatch.context() as patched:
            patched.setattr(os, "write", fill)
            with pytest.raises(OSError, match="No space"):
                target.deliver(RECORDS[1:])
        assert written == [7]
        assert (tmp_path / "nginx-2026-11-22.log").read_text() == before
        target.deliver(RECORDS[1:])
        assert (tmp_path / "nginx-2026-11-22.log").read_text() == before * 2

    def test_it_is_on_disk_before_it_is_let_go(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(fd: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", refuse)
        with pytest.raises(OSError, match="No space"):
            self.open(tmp_path).deliver(RECORDS)

    def test_the_names_of_what_is_new_are_on_disk_too(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        synced: set[int] = set()
        monkeypatch.setattr(os, "fsync", lambda fd: synced.add(os.fstat(fd).st_ino))
        directory = tmp_path / "a" / "b"
        spec = spec_of({"sender_type": "file", "file_send_path": f"{directory}/out.log"})
        spec.open(Door()).deliver(RECORDS[1:])
        new = (directory / "out.log", directory, *directory.parents[:2])
        assert synced == {each.stat().st_ino for each in new}
        synced.clear()
        spec.open(Door()).deliver(RECORDS[1:])
        assert synced == {(directory / "out.log").stat().st_ino}

    def test_a_path_that_is_not_allowed_is_refused(self, tmp_path: Path) -> None:
        spec = spec_of({"sender_type": "file", "file_send_path": f"{tmp_path}/%Y.log"})
        with pytest.raises(InvalidInput, match="agent's own settings"):
            spec.open(Door(allows=lambda path: path.startswith("/srv/")))
        target = spec.open(Door(allows=lambda path: "2026" not in path or "2026" in str(datetime.now(UTC))))
        with pytest.raises(DeliveryFailed, match=r"2031\.log: the agent's own"):
            spec.open(Door(allows=lambda path: "2031" not in path)).deliver(
                [{"timestamp": "2031-01-01T00:00:00Z"}]
            )
        target.close()


class Taking(http.server.BaseHTTPRequestHandler):
    """Notes what is posted, and answers as the path says."""

    taken: list[tuple[str, dict[str, str], bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): text for name, text in self.headers.items()}
        self.taken.append((self.path, headers, body))
        self.send_response(503 if self.path == "/broken" else 204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(Taking, "taken", [], raising=False)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Taking)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


class TestHttp:
    def deliver(self, address: str, path: str = "/logs", **options: Any) -> tuple[dict[str, str], bytes]:
        given = {"sender_type": "http", "http_sender_url": address + path, **options}
        spec_of(given).open(Door()).deliver(RECORDS)
        ((_, headers, body),) = Taking.taken
        return headers, body

    def test_the_example_posts_a_list(self, address: str) -> None:
        options = example("http/posts")
        given = {key: text for key, text in options.items() if key not in ("sender_type", "http_sender_url")}
        headers, body = self.deliver(address, "/logs?x=1", **given)
        assert Taking.taken[0][0] == "/logs?x=1"
        assert (headers["content-type"], headers["content-encoding"]) == ("application/json", "gzip")
        assert json.loads(gzip.decompress(body)) == RECORDS

    def test_objects_as_lines(self, address: str) -> None:
        headers, body = self.deliver(address)
        assert headers["content-type"] == "application/x-ndjson"
        assert [json.loads(line) for line in body.splitlines()] == RECORDS

    def test_messages_as_lines(self, address: str) -> None:
        assert self.deliver(address, http_sender_protocol="raw")[1] == b"one\ntwo\n"

    def test_a_table(self, address: str) -> None:
        _, body = self.deliver(address, http_sender_protocol="csv", http_sender_csv_split=";")
        assert body.decode().splitlines() == [
            "timestamp;message;host;level",
            "2026-11-21T23:59:59.000000Z;one;a;",
            "2026-11-22T00:00:00.000000Z;two;;error",
        ]

    def test_any_other_answer_is_a_failure(self, address: str) -> None:
        with pytest.raises(DeliveryFailed, match="answered 503"):
            self.deliver(address, "/broken")
        with pytest.raises(OSError, match="refused"):
            self.deliver("http://127.0.0.1:9")


def test_nowhere_takes_everything() -> None:
    DiscardSpec().open(Door()).deliver(RECORDS)


class TestRouting:
    def routed(self, **options: Any) -> list[list[str]]:
        router = RouterSpec(**{"router_key_name": "app", "router_default_sender": 2, **options})
        stages = open_stages({"reader": READER, "parser": {"type": "json"}}, Surroundings(now=lambda: NOW))
        texts = ['{"app": "web"}', '{"app": "webmail"}', '{"app": 7}', '{"other": 1}', "broken"]
        batch = stages(to_batch(texts, "/x", NOW))
        return [part.rows.get_column(LINE).to_list() for part in route(batch, router, 3)]

    def test_by_the_whole_value(self) -> None:
        assert self.routed(router_routes={"web": 0, "7": 1}) == [
            ['{"app": "web"}'],
            ['{"app": 7}'],
            ['{"app": "webmail"}', '{"other": 1}', "broken"],
        ]

    def test_by_a_part_of_it_the_first_route_first(self) -> None:
        assert self.routed(router_match_type="contains", router_routes={"mail": 1, "web": 0}) == [
            ['{"app": "web"}'],
            ['{"app": "webmail"}'],
            ['{"app": 7}', '{"other": 1}', "broken"],
        ]

    def test_a_field_that_no_row_has(self) -> None:
        assert [len(each) for each in self.routed(router_key_name="none")] == [0, 0, 5]

    def test_without_a_key_all_go_everywhere(self) -> None:
        assert [len(each) for each in self.routed(router_key_name="")] == [5, 5, 5]


@pytest.mark.parametrize(
    ("sections", "problem"),
    [
        ({"senders": [{"sender_type": "kafka"}]}, "senders[0].sender_type: unknown sender kafka"),
        (
            {"senders": [{"sender_type": "fil"}]},
            "senders[0].sender_type: unknown sender fil; did you mean file?",
        ),
        ({"senders": [{"sender_type": "file"}]}, "senders[0].file_send_path: required"),
        (
            {"senders": [{"sender_type": "discard", "file_send_path": "/x"}]},
            "senders[0].file_send_path: unknown; did you mean",
        ),
        (
            {"senders": [], "router": {"router_key_name": "a"}},
            "router.router_default_sender: there are 0 senders, counted from 0",
        ),
        (
            {"senders": [{"sender_type": "discard"}], "router": {"router_key": "a"}},
            "router.router_key: unknown; did you mean",
        ),
        (
            {
                "senders": [{"sender_type": "discard"}],
                "router": {"router_key_name": "a", "router_routes": {"x": "1"}},
            },
            "router.router_routes.x: there are 1 senders, counted from 0",
        ),
        (
            {"senders": [{"sender_type": "http", "http_sender_url": "ftp://a"}]},
            "senders[0].http_sender_url: exp",
        ),
        (
            {"senders": [{"sender_type": "file", "file_send_path": "a"}]},
            "senders[0].file_send_path: expected an",
        ),
    ],
)
def test_what_an_agent_lacks_is_refused_by_its_key(sections: dict[str, Any], problem: str) -> None:
    (found,) = map(str, check({"reader": READER, **sections}))
    assert found.startswith(problem)


def test_both_names_of_the_server() -> None:
    assert {type(spec_of({"sender_type": name})) for name in ("muster", "pandora")} == {MusterSpec}
