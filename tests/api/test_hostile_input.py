"""Bad input: the surface's own clear 4xx, the server stays up, nothing is stored."""

import gzip
import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import msgspec
import pyarrow as pa
import pytest
import zstandard

from muster.model.batch import ARROW_STREAM, MSGPACK
from muster.model.report import Report, to_json
from tests.api.conftest import TestAgent

MakeReport = Callable[..., Report]
JSON = {"content-type": "application/json"}
MIB = 1024 * 1024


def document(make_report: MakeReport, **fields: Any) -> dict[str, Any]:
    return json.loads(to_json(make_report())) | fields  # type: ignore[no-any-return]


@pytest.fixture(autouse=True)
def nothing_is_stored(admin: httpx.Client, agent: TestAgent) -> Iterator[None]:
    yield
    assert admin.get("/health").status_code == 200
    assert admin.get("/reports/list", params={"agent": agent.id}).json() == {"reports": []}


BAD_FIELDS: list[tuple[dict[str, Any], str]] = [
    ({"cpu": "12"}, "cpu"),
    ({"cpu": 100.1}, "cpu"),
    ({"cpu": -1}, "cpu"),
    ({"cpu": None}, "cpu"),
    ({"date": 1.5}, "date"),
    ({"date": -1}, "date"),
    ({"date": 2**63}, "date"),
    ({"date": 2**70}, "date"),
    ({"memory": True}, "memory"),
    ({"disk_space": {"/": "full"}}, "disk_space"),
    ({"disk_space": [1]}, "disk_space"),
    ({"id": "../../etc/passwd"}, "id"),
    ({"id": "a/b"}, "id"),
    ({"id": "a\\b"}, "id"),
    ({"id": ""}, "id"),
    ({"id": "x" * 129}, "id"),
    ({"id": 7}, "id"),
    ({"os": {}}, "os"),
    ({"ports": {"inUse": [0], "notInUse": []}}, "ports.inUse"),
    ({"ports": {"inUse": [65536], "notInUse": []}}, "ports.inUse"),
    ({"ports": {"inUse": ["22"], "notInUse": []}}, "ports.inUse"),
    ({"ports": {"inUse": [22]}}, "notInUse"),
    ({"process": {"Bash": [-1]}}, "process"),
    ({"process": {"Bash": 1}}, "process"),
    ({"process": {"a\u0000b": [1]}}, "U+0000"),
    ({"process": {"x" * 5000: [1]}}, "process"),
    ({"surprise": 1}, "surprise"),
    ({f"key{n}": n for n in range(1000)}, "key"),
]


@pytest.mark.parametrize(("fields", "named"), BAD_FIELDS, ids=[str(f)[:40] for f, _ in BAD_FIELDS])
def test_a_wrong_field_is_named(
    admin: httpx.Client, agent: TestAgent, make_report: MakeReport, fields: dict[str, Any], named: str
) -> None:
    good, bad = document(make_report), document(make_report, **fields)
    answer = admin.post("/reports", params={"agent": agent.hostname}, json=[good, bad])
    assert answer.status_code == 422, answer.text
    assert answer.json()["error"].startswith("[1]")
    assert named in answer.json()["error"]
    columns = msgspec.msgpack.encode({"report": [json.dumps(good), json.dumps(bad)]})
    answer = agent.send_body(1, columns)
    assert answer.status_code == 422, answer.text
    assert named in answer.json()["message"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[",
        b'[{"id":"a",',
        b"nonsense",
        b"\xff\xfe\x00",
        b'[{"id": "\xc3\x28"}]',
        b'[{"cpu": NaN}]',
        b'[{"cpu": Infinity}]',
        b"[\x00]",
        b"[" * 100_000,
        b'[{"a":' * 50_000,
    ],
    ids=lambda body: repr(body[:24]),
)
def test_broken_json_is_a_400(admin: httpx.Client, agent: TestAgent, body: bytes) -> None:
    answer = admin.post("/reports", params={"agent": agent.hostname}, content=body, headers=JSON)
    assert answer.status_code in (400, 422), answer.text
    assert list(answer.json()) == ["error"]


def test_a_number_beyond_a_float_is_refused(
    admin: httpx.Client, agent: TestAgent, make_report: MakeReport
) -> None:
    text = to_json(make_report()).replace(b'"cpu":12.5', b'"cpu":1e999')
    answer = admin.post(
        "/reports", params={"agent": agent.hostname}, content=b"[" + text + b"]", headers=JSON
    )
    assert answer.status_code == 422
    assert "[0]" in answer.json()["error"]


def test_a_ten_megabyte_field_is_refused(
    admin: httpx.Client, agent: TestAgent, make_report: MakeReport
) -> None:
    huge = document(make_report, process={"x" * (10 * MIB): [1]})
    answer = admin.post("/reports", params={"agent": agent.hostname}, json=[huge])
    assert answer.status_code == 422
    assert "at most" in answer.json()["error"]


def test_a_body_over_the_bound_is_413(admin: httpx.Client, agent: TestAgent) -> None:
    body = b"[" + b" " * (17 * MIB) + b"]"
    answer = admin.post("/reports", params={"agent": agent.hostname}, content=body, headers=JSON)
    assert answer.status_code == 413
    assert "16777216" in answer.json()["error"]


@pytest.mark.parametrize("encoding", ["zstd", "gzip"])
def test_a_decompression_bomb_is_413(admin: httpx.Client, agent: TestAgent, encoding: str) -> None:
    bomb = bytes(200 * MIB)
    packed = gzip.compress(bomb, 9) if encoding == "gzip" else zstandard.compress(bomb)
    headers = JSON | {"content-encoding": encoding}
    answer = admin.post("/reports", params={"agent": agent.hostname}, content=packed, headers=headers)
    assert answer.status_code == 413, answer.text
    assert agent.send_body(1, b"x", encoding=encoding, sent=packed).status_code == 413


def test_broken_compression_is_422(admin: httpx.Client, agent: TestAgent) -> None:
    for encoding in ("zstd", "gzip", "br"):
        headers = JSON | {"content-encoding": encoding}
        answer = admin.post("/reports", params={"agent": agent.hostname}, content=b"[]", headers=headers)
        assert answer.status_code == 422, answer.text


def test_another_media_type_is_refused(admin: httpx.Client, agent: TestAgent) -> None:
    for media_type in ("text/plain", "application/x-www-form-urlencoded", ""):
        answer = admin.post(
            "/reports", params={"agent": agent.hostname}, content=b"[]", headers={"content-type": media_type}
        )
        assert answer.status_code == 422
        assert "application/json" in answer.json()["error"]


HOSTILE_MSGPACK = [
    b"",
    b"\xc1",
    b"\x81",
    msgspec.msgpack.encode([]),
    msgspec.msgpack.encode({"report": []}),
    msgspec.msgpack.encode({"report": [1]}),
    msgspec.msgpack.encode({"report": ["{}"]}),
    msgspec.msgpack.encode({"report": ["not json"]}),
    msgspec.msgpack.encode({"report": ["{}"] * 10_001}),
    msgspec.msgpack.encode({"other": ["{}"]}),
    msgspec.msgpack.encode({"report": ["{}"], "more": 1}),
    b"\x81\xa6report\xdd\xff\xff\xff\xff",
    b"\x91" * 100_000,
    b"\x81\xa6report\x91\xa2\xc3\x28",
]


@pytest.mark.parametrize("body", HOSTILE_MSGPACK, ids=lambda body: repr(body[:16]))
def test_hostile_msgpack(agent: TestAgent, body: bytes) -> None:
    answer = agent.send_body(1, body, media_type=MSGPACK)
    assert answer.status_code == 422, answer.text


def arrow(table: pa.Table, **options: Any) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, **options) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


SCHEMA = pa.schema([pa.field("report", pa.string(), nullable=False)])
GOOD_ARROW = arrow(pa.table({"report": ["{}"]}, schema=SCHEMA))
HOSTILE_ARROW = [
    b"",
    b"ARROW1",
    b"\xff\xff\xff\xff",
    b"\xff\xff\xff\xff\xff\xff\xff\x7f" + b"x" * 64,
    GOOD_ARROW[:40],
    GOOD_ARROW[: len(GOOD_ARROW) // 2],
    arrow(pa.table({"report": ["{}"]})),
    arrow(pa.table({"report": [1]})),
    arrow(pa.table({"other": pa.array(["{}"])})),
    arrow(pa.table({"report": pa.array([], pa.string())}, schema=SCHEMA)),
    GOOD_ARROW,
]


@pytest.mark.parametrize("body", HOSTILE_ARROW, ids=lambda body: repr(body[:16]))
def test_hostile_arrow(agent: TestAgent, body: bytes) -> None:
    answer = agent.send_body(1, body, media_type=ARROW_STREAM)
    assert answer.status_code == 422, answer.text


def test_arrow_with_flipped_bytes_never_breaks_the_server(
    agent: TestAgent, make_report: MakeReport, admin: httpx.Client
) -> None:
    text = to_json(make_report(cpu=50.0)).decode()
    body = arrow(pa.table({"report": [text[:-1]] * 3}, schema=SCHEMA))
    for place in range(0, len(body), 11):
        flipped = bytearray(body)
        flipped[place] ^= 0xFF
        answer = agent.send_body(1, bytes(flipped), media_type=ARROW_STREAM)
        assert answer.status_code in (413, 422), (place, answer.text)


def test_a_wrong_hash_is_refused(agent: TestAgent, make_report: MakeReport) -> None:
    good = msgspec.msgpack.encode({"report": [to_json(make_report()).decode()]})
    other = good.replace(b"12.5", b"13.5")
    answer = agent.send_body(1, good, sent=other)
    assert answer.status_code == 422
    assert "sha256" in answer.json()["message"]


@pytest.mark.parametrize(
    "query",
    [
        {"stream": "nothing"},
        {"epoch": "short"},
        {"epoch": "G" * 32},
        {"sequence": "0"},
        {"sequence": "-1"},
        {"sequence": str(2**63)},
        {"sequence": "x"},
        {"sha256": "x"},
    ],
    ids=str,
)
def test_a_wrong_batch_identity_is_refused(agent: TestAgent, query: dict[str, str]) -> None:
    good = {"stream": "reports", "epoch": "0" * 32, "sequence": "1", "sha256": "0" * 64}
    answer = agent.http.post(
        "/agent/v1/batches", params=good | query, content=b"x", headers={"content-type": MSGPACK}
    )
    assert answer.status_code in (400, 422), answer.text
    assert next(iter(query)) in answer.json()["message"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff",
        b'{"nonce":"x","sent_us":1}',
        b'{"nonce":"' + b"0" * 32 + b'","sent_us":-1}',
        b"[" * 100_000,
    ],
    ids=lambda body: repr(body[:24]),
)
def test_hostile_check_ins(agent: TestAgent, body: bytes) -> None:
    answer = agent.http.post("/agent/v1/checkin", content=body)
    assert answer.status_code == 422, answer.text
    assert set(answer.json()) == {"code", "message"}


def test_nul_in_facts_is_refused(client: Callable[..., httpx.Client]) -> None:
    facts = {"hostname": "a\u0000b", "machine_id": "m", "platform": "Linux", "agent_version": "1"}
    answer = client("agent").post("/agent/v1/enroll", json={"facts": facts})
    assert answer.status_code == 422, answer.text
    assert "U+0000" in answer.json()["message"]
