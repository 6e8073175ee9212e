"""Bad input: the surface's own clear 4xx, the server stays up, nothing is stored."""

import gzip
import json
import struct
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
    assert admin.get("/api/metrics/last", params={"agent": agent.id}).json() == []
    ledger = admin.get(f"/v1/api/agents/{agent.id}/ledger").json()
    assert [stream["stored"] for stream in ledger["streams"]] == [0] * len(ledger["streams"])
    assert admin.get(f"/console/v1/hosts/{agent.id}").json()["inventory"] is None


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


def look(**columns: Any) -> bytes:
    """Encode a look of two samples, with other columns in place of good ones."""
    good = {
        "ts_us": 1_780_000_000_000_000,
        "metrics": ["load.1m", "load.5m"],
        "labels": ["", ""],
        "values": struct.pack("<2d", 1, 2),
    }
    return msgspec.msgpack.encode({key: value for key, value in (good | columns).items() if value is not ...})


HOSTILE_SAMPLES: list[tuple[bytes, str]] = [
    (b"", "body"),
    (b"\xc1", "body"),
    (b"\x91" * 100_000, "body"),
    (look()[:-1], "body"),
    (look() + b"\x00", "body"),
    (msgspec.msgpack.encode([]), "body"),
    (look(more=1), "more"),
    (look(ts_us=...), "ts_us"),
    (look(ts_us=-1), "ts_us"),
    (look(ts_us=253_402_300_800_000_000), "ts_us"),
    (look(ts_us=2**64 - 1), "ts_us"),
    (look(ts_us=1.5), "ts_us"),
    (look(ts_us=None), "ts_us"),
    (look(metrics=...), "metrics"),
    (look(metrics=[], labels=[], values=b""), "metrics"),
    (look(metrics="load.1m"), "metrics"),
    (look(metrics=["load.1m", 1]), "metrics"),
    (look(metrics=["load.1m", "Load"]), "metrics[1]"),
    (look(metrics=["", "load.1m"]), "metrics[0]"),
    (look(metrics=["load.1m", "a\0"]), "metrics[1]"),
    (look(metrics=["load.1m", "a" * 129]), "metrics[1]"),
    (look(metrics=["load.1m", "load.1m"]), "metrics"),
    (look(metrics=["load.1m"]), "labels"),
    (look(labels=[""]), "labels"),
    (look(labels=["", "", ""]), "labels"),
    (look(labels=["", None]), "labels"),
    (look(labels=["", "a"]), "labels[1]"),
    (look(labels=["a=x\0", ""]), "labels[0]"),
    (look(labels=["", "b=1,a=2"]), "labels[1]"),
    (look(labels=["", "a=1,a=2"]), "labels[1]"),
    (look(labels=["", "a=\\"]), "labels[1]"),
    (look(labels=["", "a=" + "x" * 1023]), "labels[1]"),
    (look(labels=["", "a=\xc3\x28"]).replace(b"\xc3\x83", b"\xc3\x28"), "body"),
    (look(values=b""), "values"),
    (look(values=bytes(15)), "values"),
    (look(values=bytes(24)), "values"),
    (look(values=[1.0, 2.0]), "values"),
    (look(values=struct.pack("<2d", 1, float("nan"))), "values[1]"),
    (look(values=struct.pack("<2d", float("inf"), 1)), "values[0]"),
    (look(values=struct.pack("<2d", 1, float("-inf"))), "values[1]"),
    (
        look(metrics=[f"m{n}" for n in range(100_000)], labels=[""] * 100_000, values=bytes(800_000)),
        "metrics",
    ),
    (look(labels=[""] * 100_000), "labels"),
    (b"\x81\xa7metrics\xdd\xff\xff\xff\xff", "body"),
    (b"\x81\xa6values\xc6\xff\xff\xff\xff", "body"),
]


@pytest.mark.parametrize(
    ("body", "named"), HOSTILE_SAMPLES, ids=[f"{n}-{named}" for n, (_, named) in enumerate(HOSTILE_SAMPLES)]
)
def test_hostile_samples(agent: TestAgent, body: bytes, named: str) -> None:
    answer = agent.send_body(1, body, stream="samples")
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] == "invalid"
    assert named in answer.json()["message"]
    assert len(answer.json()["message"]) < 500


def inventory(**fields: Any) -> dict[str, Any]:
    good = {"ts_us": 1, "hostname": "web1", "system": "Linux", "user": "root", "boot_time_s": 1}
    return {key: value for key, value in (good | fields).items() if value is not ...}


DISK = {"device": "a", "mountpoint": "/", "file_system": "ext4", "total_bytes": 2, "used_bytes": 1}
INTERFACE = {"name": "eth0", "is_up": True, "mtu": 1500}
HOSTILE_INVENTORIES: list[tuple[dict[str, Any], str]] = [
    ({"ts_us": ...}, "ts_us"),
    ({"ts_us": -1}, "ts_us"),
    ({"ts_us": 2**63}, "ts_us"),
    ({"ts_us": "now"}, "ts_us"),
    ({"hostname": ""}, "hostname"),
    ({"hostname": "x" * 254}, "hostname"),
    ({"hostname": "a\0b"}, "hostname"),
    ({"hostname": None}, "hostname"),
    ({"system": "x" * 4097}, "system"),
    ({"user": 0}, "user"),
    ({"boot_time_s": -1}, "boot_time_s"),
    ({"boot_time_s": 253_402_300_800}, "boot_time_s"),
    ({"boot_time_s": 10**30}, "boot_time_s"),
    ({"utc_offset_s": 86_401}, "utc_offset_s"),
    ({"environment": {"A": 1}}, "environment"),
    ({"environment": {"A": "a\0"}}, "environment"),
    ({"environment": {"A\0": "a"}}, "environment"),
    ({"environment": ["A=1"]}, "environment"),
    ({"interfaces": [INTERFACE, {"name": "eth1"}]}, "interfaces"),
    ({"interfaces": [INTERFACE | {"mtu": -1}]}, "mtu"),
    ({"interfaces": [INTERFACE | {"mtu": 2**70}]}, "mtu"),
    ({"interfaces": [INTERFACE | {"addresses": "10.0.0.1"}]}, "addresses"),
    ({"disks": [DISK | {"total_bytes": 1.5}]}, "total_bytes"),
    ({"disks": [DISK | {"used_bytes": 2**63}]}, "used_bytes"),
    ({"disks": {}}, "disks"),
    ({"memory_percent": 100.1}, "memory_percent"),
    ({"memory_total_bytes": -1}, "memory_total_bytes"),
    ({"cpu_cores": -1}, "cpu_cores"),
    ({"cpu_cores": 2**63}, "cpu_cores"),
    ({"cpu_threads": 10**30}, "cpu_threads"),
    ({"cpu_mhz": -0.5}, "cpu_mhz"),
    ({"load": [1, 2]}, "load"),
    ({"load": ["a", 2, 3]}, "load"),
    ({"battery": {"percent": 101}}, "battery"),
]


@pytest.mark.parametrize(
    ("fields", "named"), HOSTILE_INVENTORIES, ids=[str(fields)[:40] for fields, _ in HOSTILE_INVENTORIES]
)
def test_a_hostile_inventory_names_its_field(agent: TestAgent, fields: dict[str, Any], named: str) -> None:
    texts = [json.dumps(inventory(hostname=agent.hostname)), json.dumps(inventory(**fields))]
    answer = agent.send_body(1, msgspec.msgpack.encode({"inventory": texts}), stream="inventory")
    assert answer.status_code == 422, answer.text
    assert answer.json()["message"].startswith("inventory[1]: ")
    assert named in answer.json()["message"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"hostname": NaN}',
        "[" * 100_000,
        '{"a":' * 50_000,
        json.dumps(inventory()).replace('"boot_time_s": 1', '"boot_time_s": 1e999'),
        json.dumps(inventory(cpu_mhz=1)).replace('"cpu_mhz": 1', '"cpu_mhz": 1e999'),
        json.dumps(inventory(user="\ud800")),
        json.dumps(inventory(more="x" * (MIB + 1))),
    ],
    ids=lambda text: repr(text[:24]),
)
def test_a_broken_inventory_is_refused(agent: TestAgent, text: str) -> None:
    answer = agent.send_body(1, msgspec.msgpack.encode({"inventory": [text]}), stream="inventory")
    assert answer.status_code == 422, answer.text
    assert answer.json()["message"].startswith("inventory[0]: ")


@pytest.mark.parametrize(
    "columns",
    [{}, {"inventory": []}, {"inventory": [1]}, {"inventory": ["{}"] * 1001}, {"report": ["{}"]}, [], None],
    ids=str,
)
def test_hostile_columns_of_inventories(agent: TestAgent, columns: Any) -> None:
    answer = agent.send_body(1, msgspec.msgpack.encode(columns), stream="inventory")
    assert answer.status_code == 422, answer.text
    assert "inventory" in answer.json()["message"] or "body" in answer.json()["message"]


@pytest.mark.parametrize("stream", ["samples", "inventory"])
@pytest.mark.parametrize("media_type", [ARROW_STREAM, "application/json", "text/plain", ""])
def test_samples_and_inventories_come_in_msgpack_only(agent: TestAgent, stream: str, media_type: str) -> None:
    answer = agent.send_body(1, look(), stream=stream, media_type=media_type)
    assert answer.status_code == 422, answer.text
    assert answer.json()["message"].startswith("Content-Type: ")


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
