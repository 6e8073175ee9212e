"""The product as a new user starts it: one command, this machine's real report, a clean end."""

import json
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from muster.model.report import parse_report
from tests.processes import MUSTER, Program, Site, free_port, muster, wait_for

HOSTNAME = socket.gethostname()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with Site(tmp_path, "--open", "reports,fleet,ops") as site:
        site.start()
        yield site


def test_up_answers_with_this_machines_report_and_ends_with_ctrl_c(tmp_path: Path) -> None:
    port = free_port()
    options = ["--open", "--data", str(tmp_path / "data"), "--port", str(port)]
    program = Program([*MUSTER, "up", *options], tmp_path / "log")
    url = f"http://127.0.0.1:{port}"
    try:

        def last() -> httpx.Response | None:
            assert program.alive, program.tail()
            try:
                answer = httpx.get(f"{url}/reports/last", trust_env=False)
            except httpx.TransportError:
                return None
            return answer if answer.status_code == 200 else None

        answer = wait_for("this machine's report", last, 45)
        report = parse_report(answer.content)
        assert report.os.node == HOSTNAME
        assert abs(report.date - time.time()) < 60
        assert sum(map(len, report.process.values())) > 1
        assert httpx.get(f"{url}/check", trust_env=False).json()["report"]["os"]["node"] == HOSTNAME
        log = (tmp_path / "log").read_text()
        assert f"curl {url}/reports/last" in log
        assert "Open without a token" in log
    finally:
        started = time.monotonic()
        program.process.send_signal(signal.SIGINT)
        code = program.process.wait(10)
    assert code == 0, program.tail()
    assert time.monotonic() - started < 3


def test_up_yields_metrics_an_inventory_and_a_link_that_signs_in_once(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{(port := free_port())}"
    data = tmp_path / "data"
    environ = {"MUSTER_AGENT_INTERVAL_S": "1"}
    program = Program([*MUSTER, "up", "--data", str(data), "--port", str(port)], tmp_path / "log", environ)
    try:

        def printed() -> re.Match[str] | None:
            assert program.alive, program.tail()
            return re.search(rf"{url}/sign-in#code=(\S+)", program.tail())

        link = wait_for("the link", printed, 45)
        with httpx.Client(base_url=url, timeout=20, trust_env=False) as browser:
            assert browser.get("/console/v1/fleet").status_code == 401
            sign_in = {"code": link[1]}
            assert browser.post("/console/v1/session/link", json=sign_in).status_code == 201
            assert httpx.post(f"{url}/console/v1/session/link", json=sign_in).status_code == 401
            assert_this_machine_is_shown(browser)
            assert browser.delete("/console/v1/session").status_code == 204
            assert browser.get("/console/v1/fleet").status_code == 401
    finally:
        assert program.stop() == 0, program.tail()
    assert (tmp_path / "log").read_text().count(link[1]) == 1


def assert_this_machine_is_shown(browser: httpx.Client) -> None:
    """Wait until this machine is in the fleet, with samples, an inventory and a rate."""

    def row() -> dict[str, Any] | None:
        hosts = browser.get("/console/v1/fleet").json()["hosts"]
        return next((h for h in hosts if h["network_bytes_per_s"] is not None), None)

    host = wait_for("this machine and its traffic", row, 45)
    assert (host["hostname"], host["state"]) == (HOSTNAME, "online")
    assert 0 <= host["cpu_percent"] <= 100
    assert 0 < host["memory_percent"] <= 100

    def page() -> dict[str, Any] | None:
        answer: dict[str, Any] = browser.get(f"/console/v1/hosts/{host['agent_id']}").json()
        return answer if answer["inventory"] and answer["report"] else None

    shown = wait_for("its inventory and its report", page)
    assert shown["inventory"]["hostname"] == shown["report"]["os"]["node"] == HOSTNAME
    seen = {last["metric"] for last in shown["last"]}
    assert {"cpu.used_percent", "memory.used_percent", "load.1m", "network.sent_bytes_total"} <= seen
    query = {"metric": "memory.used_percent", "from": "-5m"}
    (series,) = browser.get("/api/metrics", params=query).json()["series"]
    assert series["agent_id"] == host["agent_id"]
    assert all(0 < value <= 100 for value in series["values"] if value is not None)
    assert any(value is not None for value in series["values"])


def test_a_held_check_in_does_not_delay_the_end(site: Site, tmp_path: Path) -> None:
    agent = start_agent(site, tmp_path)
    wait_for("a report", lambda: site.get("/reports/last").status_code == 200)
    assert site.server is not None
    started = time.monotonic()
    assert site.server.stop() == 0
    assert time.monotonic() - started < 3
    assert agent.alive
    assert agent.stop() == 0


def start_agent(site: Site, tmp_path: Path, *options: str) -> Program:
    token = site.directory / "token-agent"
    if not token.exists():
        site.token_file("agent")
    data = str(tmp_path / "agent")
    argv = [*MUSTER, "agent", "--server", site.url, "--token-file", str(token), "--data", data]
    return Program([*argv, "--interval", "1", *options], tmp_path / "agent.log")


def test_an_agent_works_without_a_server_and_backfills_true_times(site: Site, tmp_path: Path) -> None:
    directory = tmp_path / "monit"
    agent = start_agent(site, tmp_path, "--reports-dir", str(directory))
    wait_for("the first report", lambda: site.get("/reports/last").status_code == 200)
    assert site.server is not None
    site.server.kill()
    before = len(list(directory.glob("*.json")))
    wait_for("three reports without a server", lambda: len(list(directory.glob("*.json"))) >= before + 3)
    site.start()
    made = {path.stem: json.loads(path.read_text()) for path in directory.glob("*.json")}

    def all_there() -> bool:
        listed = site.get("/reports/list").json()["reports"]
        return set(made) <= {name.removesuffix(".json") for name in listed}

    wait_for("the backlog is stored", all_there, 40)
    for name, report in made.items():
        assert site.get(f"/reports/{name}").json() == report
    dates = [report["date"] for report in site.get("/reports").json()["reports"]]
    assert dates == sorted(dates, reverse=True)
    assert agent.stop() == 0


def test_reports_read_and_import_from_the_command_line(site: Site, tmp_path: Path) -> None:
    folder = tmp_path / "monit"
    folder.mkdir()
    checked = muster("report", "check").stdout
    report = json.loads(checked)
    for number in range(30):
        copy = report | {"id": f"old-{number:02d}", "date": report["date"] - 600 + number}
        (folder / f"old-{number:02d}.json").write_text(json.dumps(copy))
    environ = {"MUSTER_URL": site.url}
    muster("report", "import", str(folder), environ=environ)
    muster("report", "import", str(folder), environ=environ)
    listed = muster("report", "list", "--agent", HOSTNAME, environ=environ).stdout.split()
    assert len([name for name in listed if "old-" in name]) == 30
    last = muster("report", "get", "last", "--agent", HOSTNAME, environ=environ).stdout
    assert json.loads(last)["id"] == "old-29"
    named = muster("report", "get", "name", "old-07.json", environ=environ).stdout
    assert json.loads(named)["date"] == report["date"] - 593
    average = json.loads(muster("report", "get", "avg", "1", "--agent", HOSTNAME, environ=environ).stdout)
    assert average["memory"] == pytest.approx(report["memory"])
    (folder / "broken.json").write_text("{")
    failed = muster("report", "import", str(folder), environ=environ, code=1)
    assert "broken.json" in failed.stderr + failed.stdout


def test_a_token_is_alone_on_stdout_works_at_once_and_can_be_revoked(site: Site) -> None:
    text = site.token("read")
    assert re.fullmatch(r"muster_[0-9a-f]{12}_[A-Za-z0-9_-]{43}", text)
    headers = {"Authorization": f"Bearer {text}"}
    assert site.get("/version", headers=headers).status_code == 200
    token_id = text.split("_")[1]
    listed = muster("token", "list", "--data", str(site.data)).stdout
    assert token_id in listed
    assert text.split("_", 2)[2] not in listed
    muster("token", "revoke", token_id, "--data", str(site.data))
    wait_for("the revocation counts", lambda: site.get("/version", headers=headers).status_code == 401, 3)


@pytest.mark.parametrize("header", ["Forwarded", "X-Forwarded-For", "Via", "X-Real-IP"])
def test_open_surfaces_are_closed_to_forwarded_requests(site: Site, header: str) -> None:
    assert site.get("/version").status_code == 200
    assert site.get("/version", headers={header: "127.0.0.1"}).status_code == 401


def test_a_taken_port_a_locked_directory_and_a_bad_file_are_one_line(site: Site, tmp_path: Path) -> None:
    taken = muster("server", "--data", str(tmp_path / "other"), "--port", str(site.port), code=2)
    assert one_line(taken.stderr) == (
        f"muster: 127.0.0.1:{site.port} is taken by another program; choose another with --port"
    )
    assert site.server is not None
    locked = muster("server", "--data", str(site.data), "--port", str(free_port()), code=2)
    assert f"used by another Muster (pid {site.server.process.pid})" in one_line(locked.stderr)
    bad = tmp_path / "bad.toml"
    bad.write_text("[server]\nprot = 1\n")
    refused = muster("server", "--config", str(bad), "--data", str(tmp_path / "x"), code=2)
    assert "server.port" in one_line(refused.stderr)
    unreadable = muster("server", "--config", str(tmp_path / "none.toml"), code=2)
    assert "none.toml" in one_line(unreadable.stderr)


def one_line(text: str) -> str:
    (line,) = text.strip().splitlines()
    return line


def test_reload_applies_what_it_can_and_refuses_a_bad_file(site: Site) -> None:
    file = site.data / "muster.toml"
    file.write_text("[retention]\nreports_days = 7\n[telemetry]\nreaders = 3\n")
    changes = {change["key"]: change for change in site.http.post("/reload").json()}
    assert changes["retention.reports_days"] == {
        "key": "retention.reports_days",
        "old": 30,
        "new": 7,
        "applied": True,
    }
    assert changes["telemetry.readers"]["applied"] is False
    file.write_text("[retention]\nreport_days = 7\n")
    refused = site.http.post("/reload")
    assert refused.status_code == 500
    assert "reports_days" in refused.json()["message"]
    file.write_text("[retention]\nreports_days = 7\n")
    assert [c["key"] for c in site.http.post("/reload").json()] == []
    file.write_text("[retention]\nreports_days = 9\n")
    assert site.server is not None
    site.server.process.send_signal(signal.SIGHUP)
    wait_for("SIGHUP applies it", lambda: "setting retention.reports_days changed" in site.server.tail())  # type: ignore[union-attr]


def test_the_agents_process_loads_no_server_library() -> None:
    code = (
        "import sys, muster.cli.agent, muster.agent.runtime, muster.agent.collect.report;"
        "print(sorted({m.partition('.')[0] for m in sys.modules} &"
        " {'pyarrow', 'chdb', 'sqlalchemy', 'litestar', 'rich', 'cryptography', 'polars', 'pandas'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
