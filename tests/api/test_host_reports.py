"""Source 1 to the letter: every example of the document is a case here."""

import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from muster.model.report import Report, to_json
from tests.api.conftest import NOW, TestAgent

MakeReport = Callable[..., Report]

GOLDEN = {
    "boot_time": 1_700_000_000,
    "cpu": 3.9,
    "date": 1_700_003_600,
    "disk_space": {"/": 41.7, "/home": 12.0},
    "id": "6f1c1d52-2f0c-4c67-9d8e-1f6a1b1d7c55",
    "memory": 42.5,
    "os": {
        "machine": "x86_64",
        "node": "web1",
        "processor": "",
        "release": "6.1.0-18-amd64",
        "system": "Linux",
        "version": "#1 SMP Debian 6.1.76-1",
    },
    "ports": {"inUse": [445, 3000], "notInUse": [3001, 3002]},
    "process": {"Systemd": [1], "Python3": [812, 813]},
}
"""A report with every field of the document's schema."""


def test_a_report_of_the_documents_schema_reads_back_field_by_field(admin: httpx.Client) -> None:
    assert admin.post("/reports", params={"agent": "golden"}, json=[GOLDEN]).json()["stored"] in (0, 1)
    for name in (GOLDEN["id"], f"{GOLDEN['id']}.json"):
        answer = admin.get(f"/reports/{name}")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/json"
        assert answer.json() == GOLDEN
        assert list(answer.json()) == list(GOLDEN)
    assert admin.get("/reports", params={"agent": "golden"}).json() == {"reports": [GOLDEN]}
    assert admin.get("/reports/list", params={"agent": "golden"}).json() == {
        "reports": [f"{GOLDEN['id']}.json"]
    }
    assert admin.get("/reports/last", params={"agent": "golden"}).json() == GOLDEN


def test_a_whole_number_of_memory_is_accepted_as_the_document_types_it(admin: httpx.Client) -> None:
    report = GOLDEN | {"id": "whole", "memory": 42, "cpu": 4}
    assert admin.post("/reports", params={"agent": "whole"}, json=[report]).status_code == 201
    assert admin.get("/reports/whole").json() == report


def test_version_is_an_object(admin: httpx.Client) -> None:
    answer = admin.get("/version").json()
    assert list(answer) == ["version"]
    assert isinstance(answer["version"], str)


def test_reports_are_exactly_the_newest_40(
    admin: httpx.Client, agent: TestAgent, make_report: MakeReport
) -> None:
    reports = [make_report(date=NOW + n) for n in range(45)]
    assert agent.send(1, *reports).status_code == 204
    names = [report.id for report in reports][::-1]
    page = admin.get("/reports", params={"agent": agent.hostname}).json()["reports"]
    assert [report["id"] for report in page] == names[:40]
    older = admin.get("/reports", params={"agent": agent.id, "before": page[-1]["id"]}).json()["reports"]
    assert [report["id"] for report in older] == names[40:]
    same = admin.get("/reports", params={"agent": agent.id, "before": f"{page[-1]['id']}.json"})
    assert same.json()["reports"] == older
    listed = admin.get("/reports/list", params={"agent": agent.id}).json()["reports"]
    assert listed == [f"{name}.json" for name in names]
    few = admin.get("/reports/list", params={"agent": agent.id, "limit": 3, "before": names[1]}).json()[
        "reports"
    ]
    assert few == [f"{name}.json" for name in names[2:5]]
    assert admin.get("/reports/last", params={"agent": agent.id}).json() == page[0]


def test_averages_cover_the_hours_asked_for(
    admin: httpx.Client, agent: TestAgent, make_report: MakeReport
) -> None:
    now = int(time.time())
    reports = [
        make_report(date=now - 60, cpu=10.0, memory=20.0),
        make_report(date=now - 120, cpu=20.0, memory=40.04),
        make_report(date=now - 7200, cpu=90.0, memory=90.0),
        make_report(date=now - 90_000, cpu=100.0, memory=100.0),
    ]
    agent.send(1, *reports)

    def average(path: str) -> Any:
        return admin.get(path, params={"agent": agent.id}).json()

    assert average("/reports/avg/1") == {"cpu": 15.0, "memory": 30.02}
    assert average("/reports/avg/hours") == {"cpu": 40.0, "memory": 50.01}
    assert average("/reports/avg/8760") == {"cpu": 55.0, "memory": 62.51}
    assert admin.get("/reports/avg/hours", params={"agent": agent.id, "hours": 1}).json() == {
        "cpu": 15.0,
        "memory": 30.02,
    }
    assert admin.get("/reports/avg/0").json() == {"error": "Hours required"}


def test_check_collects_now_and_stores_nothing(admin: httpx.Client) -> None:
    report = admin.get("/check").json()["report"]
    assert list(report) == list(GOLDEN)
    assert abs(report["date"] - time.time()) < 30
    assert admin.get(f"/reports/{report['id']}").status_code == 404


def test_check_of_an_offline_agent_is_504(admin: httpx.Client, agent: TestAgent) -> None:
    answer = admin.get("/check", params={"agent": agent.hostname})
    assert answer.status_code == 504
    assert "offline" in answer.json()["error"]


def test_imports_are_all_or_nothing_and_repeatable(
    admin: httpx.Client, agent: TestAgent, make_report: MakeReport
) -> None:
    reports = [make_report() for _ in range(3)]
    body = b"[" + b",".join(map(to_json, reports)) + b"]"
    post = {"params": {"agent": agent.hostname}, "headers": {"content-type": "application/json"}}
    assert admin.post("/reports", content=body, **post).json() == {"stored": 3, "known": 0}
    assert admin.post("/reports", content=body, **post).json() == {"stored": 0, "known": 3}
    fresh = make_report()
    changed = make_report(id=reports[0].id, cpu=99.0)
    both = b"[" + to_json(fresh) + b"," + to_json(changed) + b"]"
    conflict = admin.post("/reports", content=both, **post)
    assert conflict.status_code == 409
    assert reports[0].id in conflict.json()["error"]
    assert admin.get(f"/reports/{fresh.id}").status_code == 404
    assert len(admin.get("/reports/list", params={"agent": agent.id}).json()["reports"]) == 3


EVERY_LIST = ["/reports", "/reports/list", "/reports/last", "/reports/avg/hours"]


@pytest.mark.parametrize("path", EVERY_LIST)
def test_an_unknown_host_is_named(admin: httpx.Client, path: str) -> None:
    answer = admin.get(path, params={"agent": "nope"})
    assert (answer.status_code, answer.json()) == (404, {"error": "no agent nope"})


@pytest.mark.parametrize("path", EVERY_LIST)
def test_a_hostname_in_other_letters_is_the_same(
    admin: httpx.Client, agent: TestAgent, make_report: MakeReport, path: str
) -> None:
    agent.send(1, make_report(date=int(time.time())))
    imported = f"old-{agent.hostname}"
    report = make_report(date=int(time.time()))
    assert (
        admin.post(
            "/reports",
            params={"agent": imported},
            content=b"[" + to_json(report) + b"]",
            headers={"content-type": "application/json"},
        ).status_code
        == 201
    )
    for name in (agent.hostname, imported):
        answers = [admin.get(path, params={"agent": text}) for text in (name, name.upper())]
        assert [answer.status_code for answer in answers] == [200, 200]
        assert answers[0].json() == answers[1].json()


@pytest.mark.parametrize("name", ["list", "last", "avg"])
def test_an_id_that_is_a_path_is_refused(admin: httpx.Client, name: str) -> None:
    answer = admin.post("/reports", params={"agent": "golden"}, json=[GOLDEN | {"id": name}])
    assert answer.status_code == 422
    assert "id" in answer.json()["error"]


@pytest.mark.parametrize("path", EVERY_LIST)
def test_hosts_do_not_mix(admin: httpx.Client, agent: TestAgent, make_report: MakeReport, path: str) -> None:
    answer = admin.get(path, params={"agent": agent.id})
    assert answer.status_code == 404 or answer.json() == {"reports": []}
