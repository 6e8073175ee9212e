"""Audit events as the audit page asks for them."""

import uuid
from collections.abc import Iterator

import httpx
import pytest

from tests.api.conftest import Client
from tests.processes import wait_for

EVENTS = "/console/v1/audit/events"
PAYLOAD = '{"b": 1.50, "a": 12345678901234567890, "é": "%s"}'


@pytest.fixture
def application(client: Client) -> Iterator[str]:
    """A new application with 5 events, of two kinds, whose payloads are no plain JSON of a browser."""
    name = f"app {uuid.uuid4().hex[:8]}"
    kinds = ["Made", "Gone"]
    lines = [
        f'{{"event_ts": "2026-03-01T00:00:0{n}Z", "application_name": "{name}", '
        f'"event_kind": "{kinds[n % 2]}", "payload": {PAYLOAD % ("x" * 100 * n)}}}'
        for n in range(5)
    ]
    body, headers = "\n".join(lines), {"Content-Type": "application/x-ndjson"}
    answer = client("write:audit").post("/api/event", content=body, headers=headers)
    assert answer.status_code == 201, answer.text
    yield name


def rows(http: httpx.Client, **query: object) -> dict[str, object]:
    answer = http.get(EVENTS, params={key: value for key, value in query.items() if value is not None})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_pages_and_filters(client: Client, application: str) -> None:
    http = client("read")
    first = rows(http, application_name=application, limit=3)
    second = rows(http, application_name=application, limit=3, before=first["next_before"])
    events = first["events"] + second["events"]  # type: ignore[operator]
    assert [event["ts_us"] // 1_000_000 % 60 for event in events] == [4, 3, 2, 1, 0]
    assert {event["application_name"] for event in events} == {application}
    assert [len(event["preview"]) <= 240 for event in events] == [True] * 5
    assert events[-1]["preview"] == PAYLOAD % ""
    assert events[-1]["payload_bytes"] == len((PAYLOAD % "").encode())
    assert len(rows(http, application_name=application, event_kind="Gone")["events"]) == 2  # type: ignore[arg-type]
    assert len(rows(http, application_name=application, q="x" * 250)["events"]) == 2  # type: ignore[arg-type]
    moment = events[1]["ts_us"]
    in_time = rows(http, application_name=application, from_us=moment, to_us=moment + 1)
    assert in_time["events"] == [events[1]]


def test_one_event_is_what_was_received(client: Client, application: str) -> None:
    http = client("read")
    last = rows(http, application_name=application)["events"][-1]  # type: ignore[index]
    event = http.get(f"{EVENTS}/{last['id']}").json()
    assert event == {
        "id": last["id"],
        "event_ts": "2026-03-01T00:00:00Z",
        "application_name": application,
        "event_kind": "Made",
        "payload": PAYLOAD % "",
    }
    assert http.get(f"{EVENTS}/{2**62}").status_code == 404


def test_sources(client: Client, application: str) -> None:
    found = client("read").get("/console/v1/audit/sources").json()
    kinds = [each["event_kind"] for each in found if each["application_name"] == application]
    assert kinds == ["Gone", "Made"]


def test_the_products_own_events_are_for_administrators(client: Client, admin: httpx.Client) -> None:
    def newest() -> list[dict[str, object]]:
        return list(rows(admin, application_name="muster")["events"])  # type: ignore[call-overload]

    token = {"name": "for the log", "scopes": ["read"]}
    assert admin.post("/console/v1/tokens", json=token).status_code == 201
    event = wait_for("an action in the log", newest)[0]
    assert admin.get(f"{EVENTS}/{event['id']}").status_code == 200
    sources = admin.get("/console/v1/audit/sources").json()
    assert "muster" in {each["application_name"] for each in sources}
    assert "muster" in {x["application_name"] for x in rows(admin)["events"]}  # type: ignore[attr-defined]
    reader = client("read")
    assert reader.get(EVENTS, params={"application_name": "muster"}).status_code == 403
    assert reader.get(f"{EVENTS}/{event['id']}").status_code == 403
    assert "muster" not in {x["application_name"] for x in reader.get("/console/v1/audit/sources").json()}
    assert all(x["application_name"] != "muster" for x in rows(reader)["events"])  # type: ignore[attr-defined]


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 201}, {"before": 0}, {"q": ""}, {"q": "x" * 257}])
def test_questions_without_an_answer(client: Client, query: dict[str, object]) -> None:
    assert client("read").get(EVENTS, params=query).status_code in (400, 422)


def test_who_may_ask(client: Client) -> None:
    assert client().get(EVENTS).status_code == 401
    assert client("write:audit").get(EVENTS).status_code == 403
    assert client("read").get(EVENTS).status_code == 200
