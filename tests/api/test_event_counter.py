"""The event counter: every example and status of its document, and what goes beyond it."""

import gzip
import json
import struct
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import zstandard

from tests.api.conftest import Client
from tests.processes import Site

NO_ERROR = {"internal": None, "external": None}
DAY = datetime(2026, 7, 21, tzinfo=UTC)


def success(response: object) -> dict[str, object]:
    return {"status": True, "response": response, "error": NO_ERROR}


@pytest.fixture
def events(client: Client) -> httpx.Client:
    return client("write:events", "read")


@pytest.fixture
def name() -> str:
    """A name that no other test counts."""
    return f"event-{uuid.uuid4().hex}"


def total_of(http: httpx.Client, name: str) -> int | None:
    answer = http.get("/api/events/unique")
    assert answer.status_code == 200
    return next((item["count"] for (item,) in answer.json()["response"] if item["event"] == name), None)


def assert_refused(answer: httpx.Response, status: int, response: int | None, reason: str = "") -> None:
    body = answer.json()
    assert (answer.status_code, body["status"], body["response"]) == (status, False, response), answer.text
    assert reason in body["error"]["external"]
    assert body["error"]["internal"]


def test_one_occurrence_is_always_201(events: httpx.Client, name: str) -> None:
    for total in (1, 2, 3):
        answer = events.post(f"/api/events/{name}")
        assert (answer.status_code, answer.json()) == (201, success(201))
        assert total_of(events, name) == total


def test_many_at_once_tell_new_from_known(events: httpx.Client, name: str) -> None:
    answers = [events.post(f"/api/events/{name}/{number}") for number in (7, 5, 1_000_000_000)]
    assert [(x.status_code, x.json()) for x in answers] == [
        (201, success(201)),
        (200, success(204)),
        (200, success(204)),
    ]
    assert total_of(events, name) == 1_000_000_012


def test_names_with_slashes(events: httpx.Client, name: str) -> None:
    for path in (f"{name}%2F209", f"{name}/209/1", f"{name}/209/", f"{name}/page", f"{name}%2Fpage"):
        assert events.post(f"/api/events/{path}").status_code in (200, 201)
    assert total_of(events, f"{name}/209") == 2
    assert total_of(events, name) == 209
    assert total_of(events, f"{name}/page") == 2


def test_the_documents_list(events: httpx.Client, name: str) -> None:
    """`GET /api/events`: one-element lists by event, then hour; both ends are included."""
    login, resource = f"{name}-login", f"{name}-resource/209"
    adds = [
        {"event": event, "count": count, "ts": int((DAY + timedelta(hours=hour)).timestamp())}
        for event, counts in ((resource, (1, 203, 33)), (login, (12, 2000, 5400)))
        for hour, count in zip((12, 13, 14), counts, strict=True)
    ]
    assert events.post("/api/events", json=adds).status_code == 201

    def ask(start: str, end: str) -> list[Any]:
        answer = events.get("/api/events", params={"start_date": start, "end_date": end, "other": "x"})
        assert answer.status_code == 200, answer.text
        return [item for item in answer.json()["response"] if item[0]["event"].startswith(name)]

    everything = [
        [{"date": f"20260721{hour}", "event": event, "count": count}]
        for event, counts in ((login, (12, 2000, 5400)), (resource, (1, 203, 33)))
        for hour, count in zip((12, 13, 14), counts, strict=True)
    ]
    assert ask("2026072100", "20260721") == everything
    assert ask("20260721", "20260721") == everything
    assert ask("2026072113", "2026072113") == [everything[1], everything[4]]
    assert ask("2026072114", "20260801") == [everything[2], everything[5]]
    assert ask("20260722", "20260801") == []


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("", "Please give a valid date values"),
        ("start_date=20260721", "Please give a valid date values"),
        ("start_date=20260721&end_date=", "Please give a valid date values"),
        ("start_date=yesterday&end_date=20260721", "Please give a valid date values"),
        ("start_date=-2026072&end_date=20260721", "Please give a valid date values"),
        ("start_date=٢٠٢٦٠٧٢١&end_date=20260721", "Please give a valid date values"),
        ("start_date=2026-07-21&end_date=20260721", "Please give a valid date values"),
        ("start_date=202607&end_date=20260721", "Invalid date format"),
        ("start_date=202607211&end_date=20260721", "Invalid date format"),
        ("start_date=20260721111213&end_date=20260721", "Invalid date format"),
        ("start_date=20261321&end_date=20270101", "Invalid date format"),
        ("start_date=20260230&end_date=20270101", "Invalid date format"),
        ("start_date=00000101&end_date=20270101", "Invalid date format"),
        ("start_date=2026072124&end_date=20270101", "Invalid date format"),
        ("start_date=20260722&end_date=20260721", "Back to the future?"),
        ("start_date=2026072112&end_date=2026072111", "Back to the future?"),
        ("&".join(f"p{n}=1" for n in range(200)), "parameters"),
    ],
)
def test_wrong_dates_are_422(events: httpx.Client, query: str, reason: str) -> None:
    assert_refused(events.get(f"/api/events?{query}"), 422, None, reason)


@pytest.mark.parametrize("span", [("00010101", "99991231"), ("19000101", "19691231")])
def test_the_ends_of_time_can_be_asked_for(events: httpx.Client, span: tuple[str, str]) -> None:
    start, end = span
    assert events.get("/api/events", params={"start_date": start, "end_date": end}).status_code == 200


@pytest.mark.parametrize(
    ("path", "status", "response"),
    [
        ("unique", 403, 403),
        ("unique/5", 403, 403),
        ("histogram", 403, 403),
        ("histogram/login/20260721", 403, 403),
        ("{name}/0", 404, 404),
        ("{name}/-1", 404, 404),
        ("{name}/+1", 404, 404),
        ("{name}/1000000001", 404, 404),
        ("{name}/1" + "0" * 30, 404, 404),
        ("{name}/" + "9" * 5000, 404, 404),
        ("%2e%2e", 422, None),
        ("{name}/%2e%2e/x", 422, None),
        ("{name}%00", 422, None),
        ("%ff", 422, None),
        ("x" * 256, 422, None),
        ("%c3%a4" * 128, 422, None),
        ("/5", 422, None),
    ],
)
def test_wrong_names_and_numbers_count_nothing(
    events: httpx.Client, name: str, path: str, status: int, response: int | None
) -> None:
    before = events.get("/api/events/unique").json()
    assert_refused(post_raw(events, path.format(name=name)), status, response)
    assert events.get("/api/events/unique").json() == before


def post_raw(http: httpx.Client, path: str) -> httpx.Response:
    """Post to a path as it is; the client would tidy it."""
    url = http.base_url.copy_with(raw_path=f"/api/events/{path}".encode())
    return http.send(http.build_request("POST", url))


def test_the_longest_names(events: httpx.Client) -> None:
    stem = uuid.uuid4().hex
    for name in (stem + "x" * (255 - 32), stem + "ä" * 111, f"{stem}/ß+&?#%"):
        path = "".join(f"%{byte:02X}" for byte in name.encode())
        assert post_raw(events, path).status_code == 201
        assert total_of(events, name) == 1


def test_who_may_count_and_who_may_ask(client: Client, name: str) -> None:
    answer = client().post(f"/api/events/{name}")
    assert_refused(answer, 401, None)
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert_refused(client("read").post(f"/api/events/{name}"), 403, 403, "write:events")
    assert_refused(client("write:events").get("/api/events/unique"), 403, 403, "read")
    assert total_of(client("read"), name) is None


def test_an_inactive_event_takes_no_more(client: Client, events: httpx.Client, name: str) -> None:
    events.post(f"/api/events/{name}/3")
    admin = client("admin")
    found = next(x for x in admin.get("/console/v1/event-types").json() if x["name"] == name)
    assert (found["total"], found["is_active"], found["description"]) == (3, True, "")
    path = f"/console/v1/event-types/{found['id']}"
    changed = admin.patch(path, json={"is_active": False, "description": "retired"})
    assert changed.json() == found | {"is_active": False, "description": "retired"}
    assert_refused(events.post(f"/api/events/{name}"), 403, 403, "not active")
    assert_refused(events.post(f"/api/events/{name}/2"), 403, 403)
    both = [{"event": f"{name}-other"}, {"event": name}]
    assert_refused(events.post("/api/events", json=both), 403, 403)
    assert total_of(events, name) is None  # lists active ones
    assert total_of(events, f"{name}-other") is None
    admin.patch(path, json={"is_active": True})
    assert total_of(events, name) == 3


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b'{"is_active": 1}', b'{"description": null, "x": 1}', b'{"description": "a\\u0000"}'],
)
def test_a_wrong_change_of_an_event_is_422(client: Client, body: bytes) -> None:
    answer = client("admin").patch(
        "/console/v1/event-types/1", content=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 422


def test_a_list_counts_all_or_nothing(events: httpx.Client, name: str) -> None:
    now = time.time()
    adds: list[dict[str, Any]] = [
        {"event": name},
        {"event": name, "count": 10, "ts": now},
        {"event": name, "count": 100, "ts": "2026-07-21T12:30:00Z"},
        {"event": name, "count": 1000, "ts": "2026-07-21T14:30:00+02:00"},
    ]
    answer = events.post("/api/events", json=adds)
    assert (answer.status_code, answer.json()) == (201, success(201))
    assert total_of(events, name) == 1111
    answer = events.get("/api/events?start_date=2026072112&end_date=2026072112")
    assert [[{"date": "2026072112", "event": name, "count": 1100}]] == [
        item for item in answer.json()["response"] if item[0]["event"] == name
    ]
    assert_refused(
        events.post("/api/events", json=[*adds, {"event": name, "count": 0}]), 422, None, "[4].count"
    )
    assert total_of(events, name) == 1111


@pytest.mark.parametrize(
    ("item", "place"),
    [
        ({}, "event"),
        ({"event": 5}, "[1].event"),
        ({"event": ""}, "[1].event"),
        ({"event": "x" * 256}, "[1].event"),
        ({"event": "a\0b"}, "[1].event"),
        ({"event": "a/../b"}, "[1].event"),
        ({"event": "a", "count": 0}, "[1].count"),
        ({"event": "a", "count": -1}, "[1].count"),
        ({"event": "a", "count": 1_000_000_001}, "[1].count"),
        ({"event": "a", "count": 10**30}, "[1].count"),
        ({"event": "a", "count": 1.5}, "[1].count"),
        ({"event": "a", "count": "1"}, "[1].count"),
        ({"event": "a", "count": None}, "[1].count"),
        ({"event": "a", "ts": "yesterday"}, "[1].ts"),
        ({"event": "a", "ts": -1}, "[1].ts"),
        ({"event": "a", "ts": 10**12}, "[1].ts"),
        ({"event": "a", "ts": 10**30}, "[1].ts"),
        ({"event": "a", "ts": 1e308}, "[1].ts"),
        ({"event": "a", "ts": "9999-12-31"}, "[1].ts"),
        ({"event": "a", "ts": []}, "[1].ts"),
        ({"event": "a", "more": 1}, "more"),
    ],
)
def test_a_wrong_item_is_named_and_nothing_counted(
    events: httpx.Client, name: str, item: dict[str, Any], place: str
) -> None:
    assert_refused(events.post("/api/events", json=[{"event": name}, item]), 422, None, place)
    assert total_of(events, name) is None


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"[", 400),
        (b"\xff\xfe", 400),
        (b'[{"event": "\xff"}]', 400),
        (b'[{"event": "\\ud800"}]', 400),
        (b"[" * 100_000, 422),
        (b"{}", 422),
        (b"null", 422),
        (b"[[[]]]", 422),
        (json.dumps([{"event": "a"}] * 10_001).encode(), 413),
        (b" " * (17 * 1024 * 1024), 413),
    ],
)
def test_a_wrong_body(events: httpx.Client, body: bytes, status: int) -> None:
    assert_refused(events.post("/api/events", content=body), status, None)
    assert events.get("/health").status_code == 200


@pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("zstd", zstandard.compress)])
def test_a_compressed_list(
    events: httpx.Client, name: str, encoding: str, pack: Callable[[bytes], bytes]
) -> None:
    body = pack(json.dumps([{"event": name, "count": 5}]).encode())
    assert events.post("/api/events", content=body, headers={"Content-Encoding": encoding}).status_code == 201
    assert total_of(events, name) == 5
    assert_refused(
        events.post("/api/events", content=body[:-3], headers={"Content-Encoding": encoding}), 422, None
    )


def test_a_key_makes_a_repeat_safe(events: httpx.Client, name: str) -> None:
    key = {"Idempotency-Key": uuid.uuid4().hex}
    answers = [events.post(f"/api/events/{name}/5", headers=key) for _ in range(3)]
    assert [(x.status_code, x.json()) for x in answers] == [(201, success(201))] * 3
    assert total_of(events, name) == 5
    assert_refused(events.post(f"/api/events/{name}/6", headers=key), 422, None, "Idempotency-Key")
    assert_refused(events.post(f"/api/events/{name}", headers=key), 422, None, "Idempotency-Key")
    assert total_of(events, name) == 5
    listed = {"Idempotency-Key": uuid.uuid4().hex}
    for _ in range(2):
        assert events.post("/api/events", json=[{"event": name}], headers=listed).status_code == 201
    assert_refused(events.post("/api/events", json=[{"event": name}] * 2, headers=listed), 422, None)
    assert total_of(events, name) == 6


@pytest.mark.parametrize("key", ["", "x" * 256, "ä"])
def test_a_wrong_key_counts_nothing(events: httpx.Client, name: str, key: str) -> None:
    headers = {"Idempotency-Key": key.encode("latin-1")}
    assert_refused(events.post(f"/api/events/{name}", headers=headers), 422, None, "Idempotency-Key")  # type: ignore[arg-type]
    assert total_of(events, name) is None


def test_64_clients_on_one_name_are_counted_exactly(site: Site, events: httpx.Client, name: str) -> None:
    authorization = {"Authorization": events.headers["authorization"]}

    def count(_: int) -> int:
        with httpx.Client(base_url=site.url, headers=authorization, timeout=20, trust_env=False) as http:
            return sum(http.post(f"/api/events/{name}").json()["response"] == 201 for _ in range(10))

    with ThreadPoolExecutor(64) as pool:
        assert sum(pool.map(count, range(64))) == 640
    assert total_of(events, name) == 640


@pytest.fixture(scope="module")
def charted(client: Client) -> Iterator[str]:
    """An event with counts on the 21st of July 2026."""
    name = f"charted/{uuid.uuid4().hex}"
    adds = [
        {"event": name, "count": 100 + hour, "ts": int((DAY + timedelta(hours=hour)).timestamp())}
        for hour in range(24)
    ]
    assert client("write:events").post("/api/events", json=adds).status_code == 201
    yield name


@pytest.mark.parametrize(
    ("accept", "media_type", "begins"),
    [
        ("*/*", "image/png", b"\x89PNG\r\n"),
        ("image/png", "image/png", b"\x89PNG\r\n"),
        ("text/html,image/avif,image/*;q=0.8", "image/png", b"\x89PNG\r\n"),
        ("text/html", "image/png", b"\x89PNG\r\n"),
        ("image/jpeg", "image/jpeg", b"\xff\xd8\xff"),
        ("image/jpg", "image/jpeg", b"\xff\xd8\xff"),
        ("image/svg+xml, image/png;q=0.5", "image/svg+xml", b"<?xml"),
    ],
)
def test_a_histogram_is_a_picture(
    events: httpx.Client, charted: str, accept: str, media_type: str, begins: bytes
) -> None:
    answer = events.get(f"/api/events/histogram/{charted}/20260721", headers={"Accept": accept})
    assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)
    assert answer.content.startswith(begins)
    if media_type == "image/png":
        width, height = struct.unpack(">II", answer.content[16:24])
        assert width == 2 * height
        assert width >= 800


def test_a_histogram_as_numbers(events: httpx.Client, charted: str) -> None:
    accept = {"Accept": "application/json"}
    body = events.get(f"/api/events/histogram/{charted}/20260721", headers=accept).json()
    assert body["chart_labels"] == list(range(24))
    assert body["chart_events"] == [100 + hour for hour in range(24)]
    assert len(body["chart_colors"]) == 24
    assert all(color.startswith("#") for color in body["chart_colors"])
    empty = events.get(f"/api/events/histogram/{charted.replace('/', '%2F')}/20260720", headers=accept)
    assert empty.json()["chart_events"] == [0] * 24


def test_a_day_without_events_has_a_chart(events: httpx.Client, charted: str) -> None:
    answer = events.get(f"/api/events/histogram/{charted}/20260720")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")


@pytest.mark.parametrize(
    ("path", "status", "response"),
    [
        ("nobody/20260721", 404, 404),
        ("20260721", 404, 404),
        ("nobody/2026", 422, None),
        ("nobody/2026072112", 422, None),
        ("nobody/20260230", 422, None),
        ("nobody/today", 422, None),
        ("nobody/٢٠٢٦٠٧٢١", 422, None),
        ("%00/20260721", 422, None),
    ],
)
def test_wrong_histograms(events: httpx.Client, path: str, status: int, response: int | None) -> None:
    assert_refused(events.get(f"/api/events/histogram/{path}"), status, response)


@pytest.mark.parametrize("name", ["$\\frac{1}{0}$", "<script>&\"'</script>", "事件", "x" * 255, "a\nb"])
def test_a_chart_of_any_name(events: httpx.Client, name: str) -> None:
    assert events.post("/api/events", json=[{"event": name}]).status_code == 201
    path = "".join(f"%{byte:02X}" for byte in name.encode())
    for accept in ("image/png", "image/svg+xml"):
        answer = events.get(f"/api/events/histogram/{path}/20260721", headers={"Accept": accept})
        assert answer.status_code == 200
        assert b"<script>" not in answer.content


def test_paths_that_only_look_alike(events: httpx.Client) -> None:
    for path in ("/api/eventsfoo", "/api/events%2Flogin", "/api%2Fevents/login"):
        url = events.base_url.copy_with(raw_path=path.encode())
        answer = events.send(events.build_request("POST", url))
        assert answer.status_code == 404
        assert answer.json()["code"] == "not_found"


def test_other_methods_name_the_right_ones(events: httpx.Client) -> None:
    for method, path, allow in (
        ("DELETE", "/api/events", "GET, POST"),
        ("GET", "/api/events/login", "POST"),
        ("PUT", "/api/events/unique", "GET"),
        ("DELETE", "/api/events/histogram/a/20260721", "GET"),
    ):
        answer = events.request(method, path)
        assert_refused(answer, 405, None)
        assert answer.headers["allow"] == allow


def test_metrics_name_routes_not_events(events: httpx.Client, name: str) -> None:
    events.post(f"/api/events/{name}")
    text = events.get("/metrics").text
    assert 'route="/api/events/{NAME}"' in text
    assert name not in text
