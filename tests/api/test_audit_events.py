"""`/api/event` to the letter of its source, and proofs that others can check."""

import base64
import gzip
import hashlib
import json
import re
import sqlite3
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import proofbundle.checkpoint
import proofbundle.merkle
import pytest
import zstandard

from tests.api.conftest import Client
from tests.processes import Site, muster, wait_for

SOURCE_BODY = """[
  {
    "event_ts": "2023-12-05T12:55:52.805022+00:00",
    "application_name": "cauliflower",
    "event_kind": "UserCreated",
    "payload": {
      "username": "user_NHVyXzBj"
    }
  }
]"""
GOOD = {"event_ts": "2023-12-05T12:55:52Z", "application_name": "app", "event_kind": "Kind", "payload": 1}
LEAF_BYTES = 60_000
LEAF_EXTRA = 1 + 2 + len("2023-12-05T12:55:52Z") + 2 + len("app") + 2 + len("Kind")


@pytest.fixture(scope="module")
def writer(client: Client) -> httpx.Client:
    return client("write:audit")


@pytest.fixture(scope="module")
def reader(client: Client) -> httpx.Client:
    return client("read")


@pytest.fixture
def application() -> str:
    """The name of an application that no other test writes to."""
    return f"app-{uuid.uuid4().hex[:12]}"


def send(writer: httpx.Client, *events: Any, **headers: str) -> httpx.Response:
    return writer.post("/api/event", content=json.dumps(events), headers=headers)


def size_of(reader: httpx.Client) -> int:
    return int(reader.get("/audit/checkpoint").text.split("\n")[1])


def newest_of(reader: httpx.Client) -> Any:
    """The page of the newest event that somebody sent; the product's own come between at any time."""
    return reader.get("/api/event", params={"page_size": 1}).json()


def test_the_examples_of_the_source(writer: httpx.Client, reader: httpx.Client) -> None:
    stored = writer.post("/api/event", content=SOURCE_BODY)
    assert (stored.status_code, stored.content) == (201, b"")
    index = int(stored.headers["x-muster-audit-index"])
    page = reader.get("/api/event", params={"page_size": 1})
    assert page.status_code == 200
    assert page.json() == {
        "next_page": index + 1,
        "page_size": 1,
        "data": [
            {
                "event_ts": "2023-12-05T12:55:52.805022Z",
                "application_name": "cauliflower",
                "event_kind": "UserCreated",
                "payload": {"username": "user_NHVyXzBj"},
            }
        ],
    }
    assert list(page.json()) == ["next_page", "page_size", "data"]


def test_an_old_client_walks_to_the_end(writer: httpx.Client, reader: httpx.Client, application: str) -> None:
    """It follows `next_page` until that is null, as the generator's companion did."""
    events = [GOOD | {"application_name": application, "payload": number} for number in range(25)]
    assert send(writer, *events).status_code == 201
    seen: list[int] = []
    token: int | None = 0
    while token is not None:
        answer = reader.get("/api/event", params={"page_token": token, "application_name": application})
        page = answer.json()
        assert page["page_size"] == 10
        seen += [event["payload"] for event in page["data"]]
        assert (page["next_page"] is None) == (not page["data"])
        token = page["next_page"]
    assert seen == list(range(24, -1, -1))


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        ("2023-12-05T12:55:52.805022+00:00", "2023-12-05T12:55:52.805022Z"),
        ("2023-12-05T12:55:52.805022Z", "2023-12-05T12:55:52.805022Z"),
        ("2023-12-05T12:55:52.8Z", "2023-12-05T12:55:52.800000Z"),
        ("2023-12-05T12:55:52.000000+00:00", "2023-12-05T12:55:52Z"),
        ("2023-12-05T12:55:52+03:00", "2023-12-05T09:55:52Z"),
        ("2023-12-05T12:55:52", "2023-12-05T12:55:52Z"),
        ("2023-12-05 12:55:52", "2023-12-05T12:55:52Z"),
        ("2023-12-05", "2023-12-05T00:00:00Z"),
        (1701780952, "2023-12-05T12:55:52Z"),
        (1701780952.5, "2023-12-05T12:55:52.500000Z"),
        (1701780952805, "2023-12-05T12:55:52.805000Z"),
        (0, "1970-01-01T00:00:00Z"),
        (-1, "1969-12-31T23:59:59Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
    ],
)
def test_times_of_every_form(
    writer: httpx.Client, reader: httpx.Client, application: str, sent: object, answered: str
) -> None:
    assert send(writer, GOOD | {"event_ts": sent, "application_name": application}).status_code == 201
    page = reader.get("/api/event", params={"application_name": application}).json()
    assert page["data"][0]["event_ts"] == answered


# A change of a good event, and the field that the answer names.
WRONG = [
    ({"event_ts": "yesterday"}, "event_ts"),
    ({"event_ts": ""}, "event_ts"),
    ({"event_ts": "2023-13-05T12:55:52Z"}, "event_ts"),
    ({"event_ts": "2023-02-29"}, "event_ts"),
    ({"event_ts": "2023-12-05T25:00:00Z"}, "event_ts"),
    ({"event_ts": "05.12.2023"}, "event_ts"),
    ({"event_ts": "0001-01-01T00:00:00+14:00"}, "event_ts"),
    ({"event_ts": "9999-12-31T23:59:59-01:00"}, "event_ts"),
    ({"event_ts": 10**30}, "event_ts"),
    ({"event_ts": 1e300}, "event_ts"),
    ({"event_ts": None}, "event_ts"),
    ({"event_ts": True}, "event_ts"),
    ({"event_ts": []}, "event_ts"),
    ({"application_name": ""}, "application_name"),
    ({"application_name": "x" * 127}, "application_name"),
    ({"application_name": "a\x00b"}, "application_name"),
    ({"application_name": None}, "application_name"),
    ({"application_name": 5}, "application_name"),
    ({"application_name": "muster"}, "application_name"),
    ({"event_kind": ""}, "event_kind"),
    ({"event_kind": "x" * 126}, "event_kind"),
    ({"event_kind": "é" * 63}, "event_kind"),
    ({"event_kind": "a\x00b"}, "event_kind"),
    ({"event_kind": None}, "event_kind"),
    ({"payload": "a\x00b"}, "payload"),
    ({"payload": "x" * LEAF_BYTES}, "payload"),
    ({"payload": "x" * (LEAF_BYTES - LEAF_EXTRA - 1)}, "payload"),
    ({"surprise": 1}, "surprise"),
]


@pytest.mark.parametrize(("change", "field"), WRONG)
@pytest.mark.parametrize("item", [0, 2])
def test_a_wrong_event_is_named_and_nothing_is_stored(
    writer: httpx.Client, reader: httpx.Client, change: dict[str, Any], field: str, item: int
) -> None:
    before = newest_of(reader)
    answer = send(writer, *[GOOD] * item, GOOD | change, GOOD)
    assert answer.status_code == 422, answer.text
    (detail,) = answer.json()["detail"]
    assert detail["loc"] == ["body", item, field]
    assert detail["msg"]
    assert newest_of(reader) == before


@pytest.mark.parametrize("field", ["event_ts", "application_name", "event_kind", "payload"])
def test_a_missing_field_is_named(writer: httpx.Client, field: str) -> None:
    answer = send(writer, GOOD, {name: value for name, value in GOOD.items() if name != field})
    assert answer.status_code == 422
    assert answer.json() == {"detail": [{"loc": ["body", 1, field], "msg": "missing"}]}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[",
        b"{}",
        b"null",
        b"[1]",
        b"[[]]",
        b"[{}",
        b"[{}]x",
        b"\xff\xfe",
        b'[{"event_ts":"2023-12-05","application_name":"a","event_kind":"b","payload":"\xff"}]',
        b'[{"event_ts":"2023-12-05","application_name":"\\ud800","event_kind":"b","payload":1}]',
        b'[{"event_ts":"2023-12-05","application_name":"a","event_kind":"b","payload":'
        + b"[" * 100_000
        + b"]" * 100_000
        + b"}]",
        b"[" * 1_000_000,
        b'[{"event_ts":NaN,"application_name":"a","event_kind":"b","payload":1}]',
        b'[{"event_ts":1,"application_name":"a","event_kind":"b","payload":nul}]',
    ],
)
def test_a_body_that_is_no_list_of_events(writer: httpx.Client, reader: httpx.Client, body: bytes) -> None:
    before = newest_of(reader)
    answer = writer.post("/api/event", content=body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["detail"][0]["loc"][0] == "body"
    assert newest_of(reader) == before


@pytest.mark.parametrize(
    "change",
    [
        {"application_name": "x" * 126},
        {"application_name": "é" * 126},
        {"event_kind": "x" * 125},
        {"event_kind": "é" * 62},
        {"payload": None},
        {"payload": "x" * (LEAF_BYTES - LEAF_EXTRA - 2)},
        {"payload": "\\u0000 is only text"},
    ],
)
def test_the_largest_that_is_accepted(
    writer: httpx.Client, reader: httpx.Client, change: dict[str, Any]
) -> None:
    event = GOOD | change
    assert send(writer, event).status_code == 201
    page = reader.get("/api/event", params={"page_size": 1}).json()
    assert {**page["data"][0]} == event


def test_a_payload_comes_back_as_it_was_sent(writer: httpx.Client, reader: httpx.Client) -> None:
    payload = '{ "big": 123456789012345678901234567890, "f": 1.10, "u": "\\u00e9", "a":1, "a":2 }'
    head = '{"event_ts":"2023-12-05","application_name":"a","event_kind":"b","payload":'
    assert writer.post("/api/event", content=f"[{head}{payload}}}]").status_code == 201
    assert f'"payload":{payload}}}' in reader.get("/api/event", params={"page_size": 1}).text


def test_an_empty_list_is_accepted(writer: httpx.Client, reader: httpx.Client) -> None:
    before = newest_of(reader)
    answer = send(writer)
    assert (answer.status_code, answer.content) == (201, b"")
    assert "x-muster-audit-index" not in answer.headers
    assert newest_of(reader) == before


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("page_size=0", "page_size"),
        ("page_size=-1", "page_size"),
        ("page_size=1001", "page_size"),
        ("page_size=ten", "page_size"),
        ("page_size=1.5", "page_size"),
        ("from=2026-01-02&to=2026-01-01", "to"),
        ("from=2026-01-02&to=2026-01-02", "to"),
        ("page_size=", "page_size"),
        ("page_token=-1", "page_token"),
        ("page_token=x", "page_token"),
        ("page_token=9223372036854775808", "page_token"),
        (f"page_token={'9' * 400}", "page_token"),
        ("page_token=%D9%A1", "page_token"),
        ("from=x", "from"),
        ("to=2023-13-01", "to"),
        ("q=", "q"),
        (f"q={'x' * 257}", "q"),
        ("q=%00", "q"),
    ],
)
def test_a_wrong_parameter_is_named(reader: httpx.Client, query: str, parameter: str) -> None:
    answer = reader.get(f"/api/event?{query}")
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["query", parameter]


def test_the_bounds_of_parameters(reader: httpx.Client) -> None:
    for query in ("page_size=1", "page_size=1000", "page_token=0", "page_token=9223372036854775807", "x=1"):
        assert reader.get(f"/api/event?{query}").status_code == 200


def test_filters(writer: httpx.Client, reader: httpx.Client, application: str) -> None:
    mine = {"application_name": application}
    for hour, kind in ((10, "Login"), (11, "Logout"), (12, "Login")):
        event = (
            GOOD
            | mine
            | {"event_ts": f"2023-12-05T{hour}:00:00Z", "event_kind": kind, "payload": {"h": hour}}
        )
        assert send(writer, event).status_code == 201

    def hours(**query: str) -> list[int]:
        return [
            event["payload"]["h"] for event in reader.get("/api/event", params=mine | query).json()["data"]
        ]

    assert hours() == [12, 11, 10]
    assert hours(event_kind="Login") == [12, 10]
    assert hours(**{"from": "2023-12-05T11:00:00Z"}) == [12, 11]
    assert hours(to="2023-12-05T14:00:00+03:00") == [10]
    assert hours(to="2023-12-05T14:00:00 03:00") == [10], "an unescaped plus arrives as a blank"
    assert hours(**{"from": "2023-12-05", "to": "2023-12-06"}) == [12, 11, 10]
    assert hours(q='"h": 11') == [11]
    assert hours(q="nothing") == []
    assert hours(event_kind="Nothing") == []


def test_events_line_by_line(writer: httpx.Client, reader: httpx.Client, application: str) -> None:
    lines = [json.dumps(GOOD | {"application_name": application, "payload": n}) for n in range(3)]
    ndjson = {"Content-Type": "application/x-ndjson"}
    body = "\n".join((*lines[:2], "", lines[2])) + "\r\n"
    assert writer.post("/api/event", content=body, headers=ndjson).status_code == 201
    page = reader.get("/api/event", params={"application_name": application}).json()
    assert [event["payload"] for event in page["data"]] == [2, 1, 0]
    wrong = writer.post("/api/event", content=f"{lines[0]}\n{{}}\n", headers=ndjson)
    assert wrong.json() == {"detail": [{"loc": ["body", 1, "event_ts"], "msg": "missing"}]}
    assert writer.post("/api/event", content="[]", headers=ndjson).status_code == 422


def test_compressed_bodies(writer: httpx.Client, reader: httpx.Client) -> None:
    body = json.dumps([GOOD]).encode()
    for encoding, sent in (("gzip", gzip.compress(body)), ("zstd", zstandard.compress(body))):
        answer = writer.post("/api/event", content=sent, headers={"Content-Encoding": encoding})
        assert answer.status_code == 201, answer.text
        newest = newest_of(reader)
        assert newest["next_page"] == int(answer.headers["x-muster-audit-index"]) + 1
        broken = writer.post("/api/event", content=sent[:-3], headers={"Content-Encoding": encoding})
        assert broken.status_code == 422
        assert set(broken.json()) == {"detail"}
        assert newest_of(reader) == newest
    bomb = gzip.compress(b" " * 80_000_000)
    assert writer.post("/api/event", content=bomb, headers={"Content-Encoding": "gzip"}).status_code == 413


def test_too_many_events_at_once(writer: httpx.Client, reader: httpx.Client) -> None:
    before = newest_of(reader)
    body = b"[" + b",".join([json.dumps(GOOD).encode()] * 100_001) + b"]"
    answer = writer.post("/api/event", content=body)
    assert answer.status_code == 413
    assert newest_of(reader) == before


def test_bulk_bodies_that_come_together_are_each_stored_in_one_piece(
    writer: httpx.Client, reader: httpx.Client, application: str
) -> None:
    bodies = [
        [GOOD | {"application_name": application, "payload": [body, item]} for item in range(300)]
        for body in range(4)
    ]
    with ThreadPoolExecutor(len(bodies)) as threads:
        answers = list(threads.map(lambda events: send(writer, *events), bodies))
    assert [answer.status_code for answer in answers] == [201] * len(bodies)
    firsts = [int(answer.headers["X-Muster-Audit-Index"]) for answer in answers]
    newest = reader.get("/api/event", params={"application_name": application, "page_size": "1000"}).json()
    older = reader.get(
        "/api/event",
        params={
            "application_name": application, "page_size": "1000", "page_token": str(newest["next_page"])
        },
    ).json()  # fmt: skip
    stored = [event["payload"] for event in reversed([*newest["data"], *older["data"]])]
    order = sorted(range(len(bodies)), key=firsts.__getitem__)
    assert stored == [[body, item] for body in order for item in range(300)]


def test_a_wrong_event_in_a_bulk_body_is_named(writer: httpx.Client) -> None:
    answer = send(writer, *[GOOD] * 300, GOOD | {"event_kind": 1})
    assert answer.status_code == 422
    assert [error["loc"] for error in answer.json()["detail"]] == [["body", 300, "event_kind"]]


def test_a_repeat_with_a_key_is_stored_once(
    writer: httpx.Client, reader: httpx.Client, client: Client
) -> None:
    key = {"Idempotency-Key": uuid.uuid4().hex}
    first = send(writer, GOOD, GOOD, **key)
    newest = newest_of(reader)
    again = send(writer, GOOD, GOOD, **key)
    assert (again.status_code, again.content) == (201, b"")
    assert again.headers["x-muster-audit-index"] == first.headers["x-muster-audit-index"]
    assert newest_of(reader) == newest
    other = send(writer, GOOD, **key)
    assert other.status_code == 422
    assert other.json()["detail"][0]["loc"] == ["header", "Idempotency-Key"]
    assert send(client("admin"), GOOD, **key).status_code == 201, "a key belongs to its caller"
    assert send(writer, GOOD, **{"Idempotency-Key": "x" * 256}).status_code == 422


def test_metrics_count_events_by_application(
    writer: httpx.Client, reader: httpx.Client, application: str
) -> None:
    send(writer, *[GOOD | {"application_name": application}] * 3)
    send(writer, *[GOOD | {"application_name": f"{application}-{n}"} for n in range(200)])
    text = reader.get("/metrics").text
    found = re.findall(r'^events_inserted_total\{application="(.*)"\}', text, re.MULTILINE)
    assert len(found) <= 100
    assert "other" in found


# Proofs: checked with an implementation from elsewhere.


def verified(reader: httpx.Client) -> tuple[int, bytes]:
    note, key = reader.get("/audit/checkpoint").text, reader.get("/audit/key").text.strip()
    found = proofbundle.checkpoint.verify_checkpoint(note, key)
    assert found["ok"], found
    _, size, root = note.split("\n")[:3]
    return int(size), base64.b64decode(root)


def last_entry(entries: bytes) -> bytes:
    entry = b""
    while entries:
        length = int.from_bytes(entries[:2], "big")
        entry, entries = entries[2 : 2 + length], entries[2 + length :]
    return entry


def test_others_accept_checkpoint_and_proofs(
    writer: httpx.Client, reader: httpx.Client, admin: httpx.Client
) -> None:
    for _ in range(3):
        send(writer, *[GOOD] * 100)
    size, root = verified(reader)
    for event in (1, 2, size // 2, size):
        proof = reader.get("/audit/proof/inclusion", params={"event": event, "size": size}).json()
        assert (proof["event"], proof["index"], proof["size"]) == (event, event - 1, size)
        hashes = [base64.b64decode(part) for part in proof["proof"]]
        number, at = divmod(event - 1, 256)
        leaf = admin.get(
            f"/audit/tile/entries/{number:03}.p/{at + 1}" if at < 255 else f"/audit/tile/entries/{number:03}"
        )
        assert proofbundle.merkle.verify_inclusion(last_entry(leaf.content), event - 1, size, hashes, root)
    send(writer, *[GOOD] * 50)
    later_size, later_root = verified(reader)
    proof = reader.get("/audit/proof/consistency", params={"from": size, "to": later_size}).json()
    assert (proof["from"], proof["to"]) == (size, later_size)
    hashes = [base64.b64decode(part) for part in proof["proof"]]
    assert proofbundle.merkle.verify_consistency(size, later_size, hashes, root, later_root)


def test_whoever_reads_the_tiles_gets_the_root(writer: httpx.Client, admin: httpx.Client) -> None:
    send(writer, *[GOOD] * 300)
    size, root = verified(admin)
    leaves: list[bytes] = []
    hashes = b""
    for number in range((size + 255) // 256):
        width = min(256, size - number * 256)
        place = f"{number:03}" + (f".p/{width}" if width < 256 else "")
        tile = admin.get(f"/audit/tile/0/{place}")
        assert tile.headers["content-type"] == "application/octet-stream"
        hashes += tile.content
        body = admin.get(f"/audit/tile/entries/{place}").content
        while body:
            length = int.from_bytes(body[:2], "big")
            leaves.append(body[2 : 2 + length])
            body = body[2 + length :]
    assert len(leaves) == size
    assert b"".join(hashlib.sha256(b"\x00" + leaf).digest() for leaf in leaves) == hashes
    assert proofbundle.merkle.merkle_tree_hash(leaves) == root


@pytest.mark.parametrize(
    "place",
    [
        "0",
        "00",
        "0000",
        "x000/000",
        "000.p/0",
        "000.p/256",
        "000.p/257",
        "000.p/01",
        "-01",
        "x1/000",
        "..",
        "a",
    ],
)
def test_a_path_that_is_no_tile(reader: httpx.Client, place: str) -> None:
    assert reader.get(f"/audit/tile/0/{place}").status_code == 404
    assert reader.get(f"/audit/tile/entries/{place}").status_code == 404


def test_the_products_own_actions_are_events(site: Site, admin: httpx.Client, reader: httpx.Client) -> None:
    token = site.token("read")
    token_id = token.split("_")[1]
    admin.post("/reload")

    def kinds() -> list[str]:
        page = admin.get("/api/event", params={"application_name": "muster", "page_size": 1000}).json()
        return [
            event["event_kind"]
            for event in page["data"]
            if event["event_kind"] == "Reloaded" or event["payload"].get("token_id") == token_id
        ]

    wait_for("both actions are in the log", lambda: {"TokenCreated", "Reloaded"} <= set(kinds()))
    assert kinds().count("TokenCreated") == 1
    secret = token.split("_", 2)[2]
    assert secret not in admin.get("/api/event?application_name=muster&page_size=1000").text


def test_the_products_own_actions_are_for_administrators(
    site: Site, admin: httpx.Client, reader: httpx.Client, writer: httpx.Client
) -> None:
    page = admin.get("/api/event", params={"application_name": "muster", "page_size": 1})
    event_id = wait_for("an action", lambda: page.json()["next_page"])
    index = event_id - 1
    assert reader.get("/api/event?application_name=muster").status_code == 403
    everything = reader.get("/api/event?page_size=1000").json()["data"]
    assert all(event["application_name"] != "muster" for event in everything)
    kinds = reader.get("/api/event?event_kind=TokenCreated").json()
    assert kinds["data"] == []
    width = index % 256 + 1
    place = f"{index // 256:03}.p/{width}" if width < 256 else f"{index // 256:03}"
    assert reader.get(f"/audit/tile/entries/{place}").status_code == 403
    assert admin.get(f"/audit/tile/entries/{place}").status_code == 200
    size = size_of(reader)
    lines = reader.get("/audit/export", params={"size": size, "page_size": 1000}).json()["data"]
    assert lines
    assert all(line["application_name"] != "muster" for line in lines)


def test_an_export_verifies_without_the_server(
    site: Site, writer: httpx.Client, reader: httpx.Client, tmp_path: Path
) -> None:
    head = '{"event_ts":"2023-12-05","application_name":"a","event_kind":"b","payload":'
    assert writer.post("/api/event", content=f'[{head}{{ "multi":\n"line" }}}}]').status_code == 201
    file, key = tmp_path / "all.ndjson", tmp_path / "key"
    key.write_text(muster("audit", "key", "--data", str(site.data)).stdout)
    token = str(site.token_file("admin"))
    muster("audit", "export", "--server", site.url, "--token-file", token, str(file))
    options = ["--checkpoint", f"{file}.checkpoint", "--key", str(key)]
    assert "as they were logged" in muster("audit", "verify", str(file), *options, "--complete").stdout

    lines = file.read_bytes().splitlines()
    victim = json.loads(lines[3])
    lines[3] = json.dumps(victim | {"event_kind": "Forged"}).encode()
    forged = tmp_path / "forged.ndjson"
    forged.write_bytes(b"\n".join(lines))
    told = muster("audit", "verify", str(forged), *options, code=1).stderr
    assert f"index {victim['index']}" in told
    missing = json.loads(lines.pop(5))["index"]
    forged.write_bytes(b"\n".join(lines))
    assert (
        f"index {missing}: is missing"
        in muster("audit", "verify", str(forged), *options, "--complete", code=1).stderr
    )
    forged.write_bytes(b"")
    assert "no event" in muster("audit", "verify", str(forged), *options, code=1).stderr
    other = tmp_path / "other"
    other.write_text("other.example/audit+00000000+AQ==")
    muster("audit", "verify", str(file), "--checkpoint", f"{file}.checkpoint", "--key", str(other), code=2)


def test_an_export_in_one_file_verifies_by_its_first_line(
    site: Site, writer: httpx.Client, reader: httpx.Client, tmp_path: Path
) -> None:
    head = '{"event_ts":"2023-12-05","application_name":"a","event_kind":"b","payload":'
    assert writer.post("/api/event", content=f"[{head}12345678901234567890}}]").status_code == 201
    note = reader.get("/audit/checkpoint").text
    query = {"size": note.splitlines()[1], "page_size": "1000"}
    answer = reader.get("/audit/export", params=query, headers={"Accept": "application/x-ndjson"})
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    file, key = tmp_path / "audit-events.ndjson", tmp_path / "key"
    first = json.dumps({"checkpoint": note}).encode() + b"\n"
    file.write_bytes(first + answer.content)
    key.write_text(muster("audit", "key", "--data", str(site.data)).stdout)
    told = muster("audit", "verify", str(file), "--key", str(key)).stdout
    assert told.startswith(f"{len(answer.content.splitlines())} events are as they were logged")
    file.write_bytes(first + b"no event\n" + answer.content)
    assert "line 2" in muster("audit", "verify", str(file), "--key", str(key), code=1).stderr
    file.write_bytes(answer.content)
    assert "--checkpoint" in muster("audit", "verify", str(file), "--key", str(key), code=2).stderr


@pytest.fixture
def own_site(tmp_path: Path) -> Iterator[Site]:
    with Site(tmp_path) as site:
        yield site


def test_errors_on_purpose(own_site: Site) -> None:
    """They come after validation and before anything is written, and a reload turns them on and off."""
    own_site.start()
    settings = own_site.data / "muster.toml"
    headers = {"Authorization": f"Bearer {own_site.token('admin')}"}
    with httpx.Client(base_url=own_site.url, headers=headers, timeout=20, trust_env=False) as http:
        settings.write_text("[faults]\naudit_error_rate = 1.0\n")
        (change,) = http.post("/reload").json()
        assert (change["key"], change["applied"]) == ("faults.audit_error_rate", True)
        size = size_of(http)
        assert send(http, GOOD).status_code == 500
        assert set(send(http, GOOD).json()) == {"detail"}
        assert http.get("/api/event").status_code == 500
        assert send(http, GOOD | {"event_ts": "x"}).status_code == 422
        assert http.get("/api/event?page_size=0").status_code == 422
        assert [http.get(path).status_code for path in ("/health", "/metrics", "/ready")] == [200] * 3
        settings.write_text("[faults]\naudit_error_rate = 0.0\n")
        assert http.post("/reload").status_code == 201
        assert send(http, GOOD).status_code == 201
        assert len(http.get("/api/event").json()["data"]) == 1
        assert size_of(http) >= size + 1


def test_generate_and_fsck(own_site: Site) -> None:
    server = own_site.start()
    token = str(own_site.token_file("write:audit"))
    options = ["--url", f"{own_site.url}/api/event", "--token-file", token, "--delay", "0", "--seed", "7"]
    told = muster("generate", "audit", *options, "--iterations", "30").stdout
    assert told.split() == ["201", "30"]
    server.stop()
    assert "as they were logged" in muster("audit", "fsck", "--data", str(own_site.data)).stdout
    with sqlite3.connect(own_site.data / "audit.db") as connection:
        connection.execute("UPDATE audit_events SET payload = X'31' WHERE id = 100")
    connection.close()
    assert "index 99" in muster("audit", "fsck", "--data", str(own_site.data), code=1).stderr
    again = own_site.start()
    assert again.alive
