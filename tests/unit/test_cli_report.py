import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from muster.cli import client as client_module
from muster.cli import report as report_module
from muster.cli import report_import
from muster.cli.main import run
from muster.model.report import Report, parse_report, to_json


def make_report(number: int, node: str = "host-1") -> dict[str, Any]:
    return {
        "boot_time": 1,
        "cpu": 1.5,
        "date": 1_700_000_000 + number,
        "disk_space": {"/": 10.0},
        "id": f"r{number:05d}",
        "memory": 42.1,
        "os": {"machine": "", "node": node, "processor": "", "release": "", "system": "", "version": ""},
        "ports": {"inUse": [445], "notInUse": [3000]},
        "process": {"Python3": [1, 2]},
    }


class FakeServer:
    """Stores reports by id as the real one does, and keeps what it was asked."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.reports: dict[str, tuple[str, Any]] = {}
        self.answers: dict[str, httpx.Response] = {}
        self.health: Callable[[httpx.Request], httpx.Response] = lambda _: httpx.Response(200)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/health":
            return self.health(request)
        self.requests.append(request)
        if request.method == "GET":
            missing = httpx.Response(404, json={"error": "not here"})
            return self.answers.get(request.url.raw_path.decode(), missing)
        host = request.url.params.get("agent")
        new = {item["id"]: (host, item) for item in json.loads(request.content)}
        known = {key for key in new if key in self.reports}
        if any(self.reports[key] != new[key] for key in known):
            return httpx.Response(409, json={"error": "stored with another content"})
        self.reports |= new
        return httpx.Response(201, json={"stored": len(new) - len(known), "known": len(known)})


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> FakeServer:
    fake = FakeServer()
    real = httpx.Client

    def client(**options: Any) -> httpx.Client:
        return real(**options | {"transport": httpx.MockTransport(fake)})

    monkeypatch.setattr(client_module.httpx, "Client", client)
    monkeypatch.delenv("MUSTER_URL", raising=False)
    return fake


@pytest.fixture
def folder(tmp_path: Path):
    def fill(reports: list[dict[str, Any]]) -> Path:
        for report in reports:
            (tmp_path / f"{report['id']}.json").write_text(json.dumps(report))
        return tmp_path

    return fill


@pytest.mark.parametrize(
    ("args", "path"),
    [
        (["get", "last"], "/reports/last"),
        (["get", "last", "--agent", "db 1"], "/reports/last?agent=db+1"),
        (["get", "avg", "24"], "/reports/avg/24"),
        (["get", "name", "r1.json"], "/reports/r1.json"),
        (["get", "name", "../x?y"], "/reports/..%2Fx%3Fy"),
    ],
)
def test_get_prints_the_answer(server: FakeServer, capsys, args: list[str], path: str) -> None:
    server.answers[path] = httpx.Response(200, content=b'{"cpu":1.5}')
    assert run(["report", *args]) == 0
    assert capsys.readouterr().out == '{\n  "cpu": 1.5\n}\n'


def test_list_prints_one_name_a_line(server: FakeServer, capsys) -> None:
    server.answers["/reports/list?agent=a"] = httpx.Response(200, json={"reports": ["b.json", "a.json"]})
    assert run(["report", "list", "--agent", "a"]) == 0
    assert capsys.readouterr().out == "b.json\na.json\n"


def test_the_server_s_error_is_one_line(server: FakeServer, capsys) -> None:
    assert run(["report", "get", "last"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "muster: not here (HTTP 404 from http://127.0.0.1:8080)\n"


def test_check_prints_saves_and_sends(server: FakeServer, capsys, monkeypatch, tmp_path: Path) -> None:
    report = parse_report(json.dumps(make_report(1)))
    monkeypatch.setattr(report_module, "_collect", lambda loaded: report)
    assert run(["report", "check", "--save", str(tmp_path / "new"), "--send"]) == 0
    assert msgspec.json.decode(capsys.readouterr().out, type=Report) == report
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["r00001.json"]
    assert (tmp_path / "new" / "r00001.json").read_bytes() == to_json(report)
    assert server.reports == {"r00001": (None, make_report(1))}


def test_check_stores_nothing_unless_told(server: FakeServer, monkeypatch) -> None:
    monkeypatch.setattr(report_module, "_collect", lambda loaded: parse_report(json.dumps(make_report(1))))
    assert run(["report", "check"]) == 0
    assert server.requests == []


def test_check_of_another_machine_asks_the_server(server: FakeServer, capsys) -> None:
    server.answers["/check?agent=db"] = httpx.Response(200, json={"report": make_report(7)})
    assert run(["report", "check", "--agent", "db"]) == 0
    assert json.loads(capsys.readouterr().out) == make_report(7)


def test_import_stores_each_report_under_its_host(server: FakeServer, folder, capsys) -> None:
    reports = [make_report(number, node=f"host-{number % 2}") for number in range(10)]
    path = folder(reports)
    (path / "monit.py").write_text("not a report")
    assert run(["report", "import", str(path)]) == 0
    assert server.reports == {report["id"]: (report["os"]["node"], report) for report in reports}
    assert len(server.requests) == 2
    assert capsys.readouterr().out == "10 stored, 0 known already, 0 skipped\n"
    assert run(["report", "import", str(path)]) == 0
    assert capsys.readouterr().out == "0 stored, 10 known already, 0 skipped\n"


def test_import_under_a_given_name(server: FakeServer, folder) -> None:
    path = folder([make_report(1, node=""), make_report(2)])
    assert run(["report", "import", str(path), "--agent", "db"]) == 0
    assert {host for host, _ in server.reports.values()} == {"db"}


def test_import_sends_chunks_of_bounded_size(server: FakeServer, folder, monkeypatch) -> None:
    monkeypatch.setattr(report_import, "CHUNK_REPORTS", 4)
    path = folder([make_report(number) for number in range(10)])
    assert run(["report", "import", str(path)]) == 0
    assert [len(json.loads(request.content)) for request in server.requests] == [4, 4, 2]
    size = len(to_json(parse_report(json.dumps(make_report(1)))))
    monkeypatch.setattr(report_import, "CHUNK_BYTES", 3 * size)
    server.requests.clear()
    assert run(["report", "import", str(path)]) == 0
    assert [len(json.loads(request.content)) for request in server.requests] == [3, 3, 3, 1]


def test_import_names_and_skips_what_it_cannot_use(server: FakeServer, folder, capsys, monkeypatch) -> None:
    path = folder([make_report(1), make_report(2, node=""), make_report(3)])
    (path / "cut.json").write_text('{"id": "x"')
    (path / "dir.json").mkdir()
    (path / "big.json").write_text(" " * 2000)
    os.mkfifo(path / "pipe.json")
    monkeypatch.setattr(report_import, "MAX_REPORT_BYTES", 1000)
    assert run(["report", "import", str(path)]) == 1
    out, err = capsys.readouterr()
    assert out == "2 stored, 0 known already, 5 skipped\n"
    assert [line.partition(":")[0] for line in err.splitlines()] == [
        f"skipped {path / name}" for name in ("big.json", "cut.json", "dir.json", "pipe.json", "r00002.json")
    ]
    assert sorted(server.reports) == ["r00001", "r00003"]


def test_a_report_that_contradicts_the_stored_one_is_skipped_alone(
    server: FakeServer, folder, capsys
) -> None:
    path = folder([make_report(number) for number in range(9)])
    server.reports["r00004"] = ("host-1", {"other": True})
    assert run(["report", "import", str(path)]) == 1
    out, err = capsys.readouterr()
    assert out == "8 stored, 0 known already, 1 skipped\n"
    assert err.startswith(f"skipped {path / 'r00004.json'}: stored with another content")
    assert len(server.reports) == 9


def test_import_of_no_folder(server: FakeServer, tmp_path: Path, capsys) -> None:
    assert run(["report", "import", str(tmp_path / "absent")]) == 2
    assert "does not exist" in capsys.readouterr().err


def test_import_of_an_empty_folder_says_so(server: FakeServer, tmp_path: Path, capsys) -> None:
    assert run(["report", "import", str(tmp_path)]) == 0
    out, err = capsys.readouterr()
    assert out == "0 stored, 0 known already, 0 skipped\n"
    assert err == f"there is no *.json in {tmp_path}\n"


def test_a_server_that_is_not_there_is_told_before_any_file(server: FakeServer, folder, capsys) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    server.health = refuse
    path = folder([make_report(1, node="")])
    assert run(["report", "import", str(path)]) == 2
    out, err = capsys.readouterr()
    assert (out, err) == ("", "muster: no server at http://127.0.0.1:8080: refused\n")


@pytest.mark.parametrize("hours", ["0", "8761", "x", "1.5"])
def test_hours_that_no_server_takes_are_wrong_usage(server: FakeServer, hours: str) -> None:
    assert run(["report", "get", "avg", hours]) == 2
    assert server.requests == []
