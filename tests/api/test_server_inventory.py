"""The server inventory as its old clients know it: every field, every status, every reason."""

import json
import re
import time
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import msgspec
import pytest

from muster.model.batch import INVENTORY, MSGPACK, InventoryColumns, content_sha256
from muster.model.inventory import Inventory
from tests.api.conftest import Client, TestAgent

JSON = {"content-type": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
SERVERS, INFORMATION = "/api/servers", "/api/additional_information"
COLUMNS = [
    "host_information",
    "environment",
    "network",
    "disk",
    "memory",
    "cpu",
    "load_average",
    "battery_charge_percentage",
    "AC_power",
]
EMPTY: dict[str, Any] = {name: {} for name in COLUMNS}
DOCUMENT: dict[str, Any] = {
    "host_information": {
        "username": "root",
        "sysname": "Linux",
        "hostname": "old1",
        "boot_time": "10:11:12 01-07-2026",
    },
    "environment": {"LANG": "C"},
    "network": [
        {"lo": "up", "mtu": 65536, "IP_address": "127.0.0.1"},
        {"eth0.100": "down", "mtu": 1500, "IP_address": "10.0.0.5"},
    ],
    "disk": [
        {"disk": "/dev/sda1", "mountpoint": "/", "file_system_type": "ext4", "total": 9.99, "used": 1.5}
    ],
    "memory": {"memory_total": 7977.1, "memory_used": 1000.25, "memory_percent": 12.5},
    "cpu": {"cpu_cores": 4, "cpu_physical_cores": 8, "cpu_freqency": 3600.0, "unknown": [1, None, True]},
    "load_average": {"1 min": 0.1, "5 min": 0.2, "15 min": 0.3},
    "battery_charge_percentage": 81,
    "AC_power": True,
}


@pytest.fixture
def http(client: Client) -> httpx.Client:
    return client("read", "write:inventory")


@pytest.fixture
def name() -> str:
    return f"host-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def server(http: httpx.Client, name: str) -> Iterator[dict[str, Any]]:
    body = {"name": name, "ip_address": "10.1.2.3", "description": "d", "server_is_active": True}
    answer = http.post(f"{SERVERS}/add", json=body)
    assert answer.status_code == 201, answer.text
    yield answer.json()
    http.delete(f"{SERVERS}/{answer.json()['id']}")


@pytest.fixture
def record(http: httpx.Client, name: str) -> Iterator[dict[str, Any]]:
    host = DOCUMENT["host_information"] | {"hostname": name}
    answer = http.post(f"{INFORMATION}/add", json=DOCUMENT | {"host_information": host})
    assert answer.status_code == 201, answer.text
    yield answer.json()
    http.delete(f"{INFORMATION}/{answer.json()['id']}")


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("path", [SERVERS, f"{SERVERS}/add"])
def test_a_server_has_exactly_five_fields_and_these_defaults(
    http: httpx.Client, name: str, path: str, slash: str
) -> None:
    answer = http.post(path + slash, json={"name": name})
    assert answer.status_code == 201
    assert answer.headers["content-type"] == "application/json"
    pk = answer.json()["id"]
    assert answer.json() == {
        "id": pk,
        "ip_address": "0.0.0.0",
        "description": "no_description",
        "name": name,
        "server_is_active": False,
    }
    assert list(answer.json()) == ["id", "ip_address", "description", "name", "server_is_active"]
    assert http.get(f"{SERVERS}/{pk}{slash}").json() == answer.json()
    assert answer.json() in http.get(SERVERS + slash).json()
    gone = http.delete(f"{SERVERS}/{pk}{slash}")
    assert (gone.status_code, gone.content) == (204, b"")
    again = http.get(f"{SERVERS}/{pk}{slash}")
    assert (again.status_code, again.json()) == (404, {"detail": "Not found."})


def test_a_form_is_taken_as_json_is(http: httpx.Client, name: str) -> None:
    form = {"name": name, "ip_address": "10.9.9.9", "description": "/root", "server_is_active": "true"}
    answer = http.post(f"{SERVERS}/add", data=form)
    pk = answer.json()["id"]
    assert (answer.status_code, answer.json()) == (201, {"id": pk} | form | {"server_is_active": True})
    multipart = {key: (None, value) for key, value in (form | {"description": "zwei\r\nü"}).items()}
    answer = http.put(f"{SERVERS}/{pk}", files=multipart)
    assert (answer.status_code, answer.json()["description"]) == (200, "zwei\r\nü")
    answer = http.patch(f"{SERVERS}/{pk}", data={"name": name + "b", "description": ""})
    assert answer.json() == {"id": pk} | form | {
        "server_is_active": True,
        "description": "zwei\r\nü",
        "name": name + "b",
    }
    answer = http.put(f"{SERVERS}/{pk}", data={"name": name})
    assert answer.json()["server_is_active"] is False, "a box that is not ticked is not sent"
    columns = {key: json.dumps(value) for key, value in DOCUMENT.items()}
    answer = http.post(f"{INFORMATION}/add", data=columns)
    assert answer.status_code == 201, answer.text
    assert {key: answer.json()[key] for key in COLUMNS} == DOCUMENT


def test_put_and_patch_keep_what_they_do_not_name(http: httpx.Client, server: dict[str, Any]) -> None:
    path = f"{SERVERS}/{server['id']}"
    assert http.put(path, json={"name": server["name"]}).json() == server
    changed = http.patch(path, json={"ip_address": "2001:DB8:0::1", "id": 77, "unknown": {"a": 1}})
    assert (changed.status_code, changed.json()) == (200, server | {"ip_address": "2001:db8::1"})
    assert http.patch(path, json={}).json() == changed.json()
    missing = http.put(path, json={"description": "x"})
    assert (missing.status_code, missing.json()) == (400, {"name": ["This field is required."]})
    assert http.get(path).json() == changed.json()


def test_a_twin_is_answered_201_with_the_server_that_exists(
    http: httpx.Client, server: dict[str, Any]
) -> None:
    answer = http.post(f"{SERVERS}/add", json=server | {"description": "another"})
    assert (answer.status_code, answer.json()) == (201, server)


ADDRESS = "Enter a valid IPv4 or IPv6 address."
BOOLEAN = "Must be a valid boolean."
NULL = "This field may not be null."
BLANK = "This field may not be blank."
TEXT = "Not a valid string."
NUL = "Null characters are not allowed."

WRONG_SERVERS: list[tuple[dict[str, Any], dict[str, list[str]]]] = [
    ({"name": None}, {"name": [NULL]}),
    ({"name": ""}, {"name": [BLANK]}),
    ({"name": " \t"}, {"name": [BLANK]}),
    ({"name": []}, {"name": [TEXT]}),
    ({"name": True}, {"name": [TEXT]}),
    ({"name": "x" * 256}, {"name": ["Ensure this field has no more than 255 characters."]}),
    ({"name": "a\u0000b"}, {"name": [NUL]}),
    ({"description": None}, {"description": [NULL]}),
    ({"description": ""}, {"description": [BLANK]}),
    ({"description": "x" * 65537}, {"description": ["Ensure this field has no more than 65536 characters."]}),
    ({"ip_address": None}, {"ip_address": [NULL]}),
    ({"ip_address": ""}, {"ip_address": [BLANK]}),
    ({"ip_address": "10.0.0"}, {"ip_address": [ADDRESS]}),
    ({"ip_address": "010.0.0.1"}, {"ip_address": [ADDRESS]}),
    ({"ip_address": "10.0.0.256"}, {"ip_address": [ADDRESS]}),
    ({"ip_address": 167772161}, {"ip_address": [ADDRESS]}),
    ({"ip_address": "fe80::1%eth0"}, {"ip_address": [ADDRESS]}),
    ({"ip_address": "\u0000"}, {"ip_address": [NUL, ADDRESS]}),
    ({"server_is_active": None}, {"server_is_active": [NULL]}),
    ({"server_is_active": "perhaps"}, {"server_is_active": [BOOLEAN]}),
    ({"server_is_active": 2}, {"server_is_active": [BOOLEAN]}),
    ({"server_is_active": ""}, {"server_is_active": [BOOLEAN]}),
    ({"server_is_active": []}, {"server_is_active": [BOOLEAN]}),
    ({"unknown": {"a": ["\u0000"]}}, {"unknown": [NUL]}),
    ({"name": None, "ip_address": "x"}, {"name": [NULL], "ip_address": [ADDRESS]}),
]


@pytest.mark.parametrize(("fields", "reasons"), WRONG_SERVERS, ids=[str(f)[:40] for f, _ in WRONG_SERVERS])
def test_a_wrong_field_of_a_server_is_400_with_its_reasons(
    http: httpx.Client, server: dict[str, Any], fields: dict[str, Any], reasons: dict[str, list[str]]
) -> None:
    before = http.get(SERVERS).json()
    path = f"{SERVERS}/{server['id']}"
    good = {"name": f"{server['name']}-2", "ip_address": "10.0.0.9"}
    for method, where in (("POST", f"{SERVERS}/add"), ("PUT", path), ("PATCH", path)):
        answer = http.request(method, where, json=good | fields)
        assert (answer.status_code, answer.json()) == (400, reasons)
    assert http.get(SERVERS).json() == before


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        *((value, True) for value in ("t", "YES", "On", 1, 1.0, "1", "true", True)),
        *((value, False) for value in ("f", "No", "off", 0, "0", "False", False)),
    ],
)
def test_booleans(http: httpx.Client, server: dict[str, Any], value: object, expected: bool) -> None:
    http.patch(f"{SERVERS}/{server['id']}", json={"server_is_active": not expected})
    answer = http.patch(f"{SERVERS}/{server['id']}", json={"server_is_active": value})
    assert answer.json()["server_is_active"] is expected


def test_numbers_are_text_and_white_space_around_is_dropped(
    http: httpx.Client, server: dict[str, Any]
) -> None:
    body = {"name": 17, "description": " a b\n", "ip_address": " 10.0.0.7 "}
    answer = http.patch(f"{SERVERS}/{server['id']}", json=body)
    expected = server | {"name": "17", "description": "a b", "ip_address": "10.0.0.7"}
    assert answer.json() == expected


BODIES: list[tuple[bytes, dict[str, str], int, Any]] = [
    (b"", JSON, 400, {"name": ["This field is required."]}),
    (b"{", JSON, 400, "JSON parse error - Expecting property name enclosed in double quotes: line 1 "),
    (b"nope", JSON, 400, "JSON parse error - Expecting value: line 1 column 1 (char 0)"),
    (b'{"name": NaN}', JSON, 400, "JSON parse error - "),
    (b'{"name": "\xff"}', JSON, 400, "JSON parse error - "),
    (b'{"name": "\\ud800"}', JSON, 400, "JSON parse error - "),
    (b"[" * 100_000, JSON, 400, "JSON parse error - "),
    (b'{"a":' * 900 + b"1" + b"}" * 900, JSON, 400, "nested"),
    (b'{"name": ' + b"9" * 5000 + b"}", JSON, 400, None),
    (b"[]", JSON, 400, {"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]}),
    (b'"a"', JSON, 400, {"non_field_errors": ["Invalid data. Expected a dictionary, but got str."]}),
    (b"null", JSON, 400, {"non_field_errors": ["No data provided"]}),
    (b'{"name": "' + b"x" * 1024 * 1024 + b'"}', JSON, 413, "at most 1048576"),
    (b"name=x", {"content-type": "text/plain"}, 415, 'Unsupported media type "text/plain" in request.'),
    (b"name=x", {}, 415, 'Unsupported media type "" in request.'),
    (b"{}", JSON | {"content-encoding": "br"}, 400, "Content-Encoding"),
    (b"ip_address=x", FORM, 400, {"name": ["This field is required."], "ip_address": [ADDRESS]}),
    (b"name=%00", FORM, 400, {"name": [NUL]}),
    (b"name=%ff", FORM, 400, "Form parse error - "),
    (b"&".join(b"a%d=1" % n for n in range(101)), FORM, 400, "Form parse error - "),
    (b"x", {"content-type": "multipart/form-data"}, 400, "Multipart form parse error - "),
    (b"--a\r\n\r\nx\r\n--a--", {"content-type": "multipart/form-data; boundary=a"}, 400, "Multipart form"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "headers", "status", "expected"), BODIES, ids=[str(b[0][:30]) for b in BODIES]
)
def test_a_body_that_cannot_be_read(
    http: httpx.Client, body: bytes, headers: dict[str, str], status: int, expected: Any
) -> None:
    before = http.get(SERVERS).json()
    answer = http.post(f"{SERVERS}/", content=body, headers=headers)
    assert answer.status_code == status, answer.text
    if isinstance(expected, dict):
        assert answer.json() == expected
    elif expected is not None:
        assert expected in answer.text.replace('\\"', '"')
    assert http.get(SERVERS).json() == before


NOT_ALLOWED = [
    (f"{SERVERS}/", ("PUT", "PATCH", "DELETE"), "GET, POST, OPTIONS"),
    (f"{SERVERS}/add", ("GET", "PUT", "PATCH", "DELETE"), "POST, OPTIONS"),
    (f"{SERVERS}/status/", ("POST", "PUT", "PATCH", "DELETE"), "GET, OPTIONS"),
    (f"{SERVERS}/1", ("POST",), "GET, PUT, PATCH, DELETE, OPTIONS"),
    (f"{SERVERS}/1/versions", ("POST", "PUT", "PATCH", "DELETE"), "GET, OPTIONS"),
    (f"{INFORMATION}/", ("PUT", "PATCH", "DELETE"), "GET, POST, OPTIONS"),
    (f"{INFORMATION}/add", ("GET", "PUT", "PATCH", "DELETE"), "POST, OPTIONS"),
    (f"{INFORMATION}/1", ("POST",), "GET, PUT, PATCH, DELETE, OPTIONS"),
    (f"{INFORMATION}/1/versions", ("POST", "PUT", "PATCH", "DELETE"), "GET, OPTIONS"),
    (f"{INFORMATION}/1/compare", ("POST", "PUT", "PATCH", "DELETE"), "GET, OPTIONS"),
]


@pytest.mark.parametrize(("path", "methods", "allowed"), NOT_ALLOWED)
def test_a_method_that_is_not_allowed(
    http: httpx.Client, path: str, methods: tuple[str, ...], allowed: str
) -> None:
    for method in methods:
        answer = http.request(method, path)
        assert answer.status_code == 405
        assert answer.json() == {"detail": f'Method "{method}" not allowed.'}
        assert answer.headers["allow"] == allowed


@pytest.mark.parametrize(
    "pk", ["0", "999999999", str(2**63), "9" * 60, "x", "-1", "1.5", "٣", "%00", "1%2F2"]
)
@pytest.mark.parametrize("path", [SERVERS, INFORMATION])
def test_an_id_that_is_none_is_404_for_every_method(http: httpx.Client, path: str, pk: str) -> None:
    answers = [http.request(method, f"{path}/{pk}") for method in ("GET", "DELETE")]
    answers += [http.request(method, f"{path}/{pk}", json={"name": "x"}) for method in ("PUT", "PATCH")]
    answers += [http.get(f"{path}/{pk}/versions")]
    for answer in answers:
        assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})


def test_access_is_by_scope(client: Client, server: dict[str, Any]) -> None:
    path = f"{SERVERS}/{server['id']}"
    refused = client().get(path)
    assert refused.status_code == 401
    assert list(refused.json()) == ["detail"]
    assert refused.headers["www-authenticate"].startswith("Bearer")
    assert client("read").get(path).status_code == 200
    assert client("write:inventory").get(path).status_code == 403
    for method in ("PUT", "PATCH", "DELETE"):
        answer = client("read", "write:reports").request(method, path, json={"name": "x"})
        assert answer.status_code == 403
        assert list(answer.json()) == ["detail"]
    assert client("admin").patch(path, json={}).status_code == 200


def test_filters_and_pages_leave_a_bare_array(http: httpx.Client, server: dict[str, Any]) -> None:
    def found(**query: Any) -> Any:
        answer = http.get(f"{SERVERS}/", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    assert found(name=server["name"]) == [server]
    assert server in found(ip_address="10.1.2.3")
    assert found(name=server["name"], server_is_active="true") == [server]
    assert found(name=server["name"], server_is_active="false") == []
    everything = found()
    assert found(limit=1, offset=len(everything) - 1) == everything[-1:]
    assert found(offset=len(everything)) == []
    wrong = http.get(f"{SERVERS}/", params={"server_is_active": "perhaps"})
    assert (wrong.status_code, wrong.json()) == (400, {"server_is_active": [BOOLEAN]})
    for query in ({"limit": 0}, {"limit": 10_001}, {"limit": "x"}, {"offset": -1}, {"offset": 2**63}):
        answer = http.get(f"{SERVERS}/", params=query)
        assert (answer.status_code, list(answer.json())) == (400, ["detail"])


def test_status_is_short(http: httpx.Client, server: dict[str, Any]) -> None:
    listed = http.get(f"{SERVERS}/status/").json()
    assert {"ip_address": "10.1.2.3", "server_is_active": True} in listed
    assert all(list(item) == ["ip_address", "server_is_active"] for item in listed)
    assert len(listed) == len(http.get(SERVERS).json())


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("path", [INFORMATION, f"{INFORMATION}/add"])
def test_additional_information_keeps_every_column_as_it_came(
    http: httpx.Client, path: str, slash: str
) -> None:
    answer = http.post(path + slash, json=DOCUMENT | {"id": 3, "unknown": 1})
    assert answer.status_code == 201
    pk = answer.json()["id"]
    assert answer.json() == {"id": pk} | DOCUMENT
    assert list(answer.json()) == ["id", *COLUMNS]
    assert http.get(f"{INFORMATION}/{pk}{slash}").json() == answer.json()
    assert answer.json() in http.get(INFORMATION + slash).json()
    assert http.delete(f"{INFORMATION}/{pk}{slash}").status_code == 204
    assert http.get(f"{INFORMATION}/{pk}{slash}").status_code == 404


def test_columns_are_optional_and_put_keeps_those_it_does_not_name(http: httpx.Client) -> None:
    answer = http.post(f"{INFORMATION}/add", json={})
    pk = answer.json()["id"]
    assert (answer.status_code, answer.json()) == (201, {"id": pk} | EMPTY)
    for method, change in (("PUT", {"cpu": [1]}), ("PATCH", {"AC_power": None, "disk": "any"})):
        assert http.request(method, f"{INFORMATION}/{pk}", json=change).status_code == 200
    expected = EMPTY | {"cpu": [1], "AC_power": None, "disk": "any"}
    assert http.get(f"{INFORMATION}/{pk}").json() == {"id": pk} | expected


def nested(depth: int) -> Any:
    return json.loads("[" * depth + "]" * depth)


WRONG_COLUMNS: list[tuple[dict[str, Any], dict[str, list[str]]]] = [
    ({"network": None}, {"network": [NULL]}),
    ({"memory": {"a": ["b\u0000"]}}, {"memory": [NUL]}),
    ({"memory": {"a\u0000": 1}}, {"memory": [NUL]}),
    ({"cpu": nested(33)}, {"cpu": ["Ensure this value is nested no deeper than 32 levels."]}),
    ({"cpu": 2**63}, {"cpu": [f"Ensure integers are between {-(2**63)} and {2**63 - 1}."]}),
    ({"cpu": [-(2**63) - 1]}, {"cpu": [f"Ensure integers are between {-(2**63)} and {2**63 - 1}."]}),
]


@pytest.mark.parametrize(("columns", "reasons"), WRONG_COLUMNS, ids=[str(c)[:30] for c, _ in WRONG_COLUMNS])
def test_a_wrong_column_is_400_with_its_reason(
    http: httpx.Client, record: dict[str, Any], columns: dict[str, Any], reasons: dict[str, list[str]]
) -> None:
    before = http.get(INFORMATION).json()
    path = f"{INFORMATION}/{record['id']}"
    for method, where in (("POST", f"{INFORMATION}/add"), ("PUT", path), ("PATCH", path)):
        answer = http.request(method, where, json=DOCUMENT | columns)
        assert (answer.status_code, answer.json()) == (400, reasons)
    assert http.get(INFORMATION).json() == before


def test_a_column_of_a_form_must_be_json(http: httpx.Client) -> None:
    answer = http.post(f"{INFORMATION}/add", data={"cpu": "{", "disk": "[1]"})
    assert (answer.status_code, answer.json()) == (400, {"cpu": ["Value must be valid JSON."]})


def test_the_deepest_column_and_the_largest_integers_are_kept(http: httpx.Client) -> None:
    columns = {"cpu": nested(32), "disk": [2**63 - 1, -(2**63), 1e308]}
    answer = http.post(f"{INFORMATION}/add", json=columns)
    assert answer.status_code == 201, answer.text
    assert {name: answer.json()[name] for name in columns} == columns


def test_secrets_of_the_environment_are_masked(http: httpx.Client) -> None:
    environment = {"LANG": "C", "API_TOKEN": "t", "DB_PASSWORD": "p", "aws_secret_access_key": {"a": 1}}
    answer = http.post(f"{INFORMATION}/add", json={"environment": environment})
    masked = dict.fromkeys(environment, "***") | {"LANG": "C"}
    assert answer.json()["environment"] == masked
    assert http.get(f"{INFORMATION}/{answer.json()['id']}").json()["environment"] == masked


def test_a_server_is_active_while_its_record_is_refreshed(
    http: httpx.Client, server: dict[str, Any], record: dict[str, Any]
) -> None:
    path = f"{SERVERS}/{server['id']}"
    http.patch(path, json={"server_is_active": False})
    assert http.get(path).json()["server_is_active"] is True, "its record was added just now"
    http.delete(f"{INFORMATION}/{record['id']}")
    assert http.get(path).json()["server_is_active"] is False, "nothing reports: what was written counts"


def test_versions_tell_what_was_and_who_did_it(http: httpx.Client, server: dict[str, Any]) -> None:
    path = f"{SERVERS}/{server['id']}"
    http.patch(path, json={"description": "second"})
    http.patch(path, json={"description": "second"})
    http.delete(path)
    versions = http.get(f"{path}/versions/").json()
    assert [version["change"] for version in versions] == ["deleted", "changed", "created"]
    told = [version["document"]["description"] for version in versions]
    assert told == ["second", "second", "d"]
    for version in versions:
        assert list(version) == ["id", "time", "change", "by", "document"]
        assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z", version["time"])
        assert re.fullmatch(r"token [0-9a-f]{12} test", version["by"])
    assert http.get(f"{path}/versions", params={"limit": 1}).json() == versions[:1]
    assert http.get(f"{path}/versions", params={"before": versions[0]["id"]}).json() == versions[1:]


def test_only_what_does_not_change_by_itself_makes_a_version(
    http: httpx.Client, record: dict[str, Any]
) -> None:
    path = f"{INFORMATION}/{record['id']}"
    volatile = {
        "load_average": {"1 min": 9},
        "battery_charge_percentage": 3,
        "AC_power": False,
        "memory": record["memory"] | {"memory_used": 1, "memory_percent": 2},
        "disk": [record["disk"][0] | {"used": 3}],
    }
    assert http.put(path, json=volatile).json() == record | volatile
    assert len(http.get(f"{path}/versions").json()) == 1
    http.put(path, json={"disk": [record["disk"][0] | {"total": 20}]})
    versions = http.get(f"{path}/versions").json()
    assert [version["change"] for version in versions] == ["changed", "created"]
    assert versions[1]["document"] == {name: record[name] for name in COLUMNS}


def test_two_dates_can_be_compared(http: httpx.Client, record: dict[str, Any]) -> None:
    path = f"{INFORMATION}/{record['id']}"
    network = [{"new0": "up", "mtu": 9000}, record["network"][0], record["network"][1] | {"mtu": 1400}]
    disk = [record["disk"][0] | {"used": 99, "total": 20}]
    http.put(path, json={"network": network, "disk": disk, "load_average": {"1 min": 7}})
    versions = http.get(f"{path}/versions").json()
    times = {"from": versions[1]["time"], "to": versions[0]["time"]}
    assert http.get(f"{path}/compare", params=times).json() == [
        {"path": 'network["eth0.100"].mtu', "old": 1500, "new": 1400},
        {"path": "network.new0", "old": None, "new": {"new0": "up", "mtu": 9000}},
        {"path": 'disk["/"].total', "old": 9.99, "new": 20},
    ]
    same = {"from": times["to"], "to": "2999-01-01"}
    assert http.get(f"{path}/compare/", params=same).json() == []
    from_nothing = http.get(f"{path}/compare", params={"from": "2001-01-01", "to": times["from"]}).json()
    assert [item["path"] for item in from_nothing] == [n for n in COLUMNS if n not in (
        "load_average", "battery_charge_percentage", "AC_power")]  # fmt: skip
    assert all(item["old"] is None for item in from_nothing)
    for query in ({"from": "x", "to": "2026-01-01"}, {"from": "2026-01-01", "to": "2026-13-01"}):
        assert http.get(f"{path}/compare", params=query).status_code == 400
    assert http.get(f"{path}/compare", params={"from": "2026-01-01"}).status_code == 400
    assert http.get(f"{path}/compare", params={"from": "9999-12-31", "to": "0001-01-01"}).status_code == 400


def test_a_long_list_is_whole_and_in_order(http: httpx.Client) -> None:
    """Longer than what is read at once."""
    added = [http.post(f"{INFORMATION}/add", json={"cpu": n}).json() for n in range(501)]
    listed = http.get(INFORMATION).json()
    assert [item for item in listed if item["id"] >= added[0]["id"]] == added
    ids = [item["id"] for item in listed]
    assert ids == sorted(set(ids))
    start = len(listed) - len(added)
    for limit, offset in ((501, start), (500, start), (499, start + 1), (1, start), (10_000, start + 400)):
        page = http.get(INFORMATION, params={"limit": limit, "offset": offset}).json()
        assert page == listed[offset : offset + limit]
    assert http.get(INFORMATION, params={"offset": len(listed)}).json() == []
    for item in added:
        http.delete(f"{INFORMATION}/{item['id']}")


def send_inventory(agent: TestAgent, sequence: int, **fields: Any) -> httpx.Response:
    values: dict[str, Any] = {
        "ts_us": time.time_ns() // 1000,
        "hostname": agent.hostname,
        "system": "Linux",
        "user": "root",
        "boot_time_s": 1_780_000_000,
    }
    text = msgspec.json.encode(Inventory(**(values | fields))).decode()
    body = msgspec.msgpack.encode(InventoryColumns([text]))
    query = {"epoch": agent.epoch, "sequence": str(sequence), "sha256": content_sha256(body)}
    return agent.http.post(
        "/agent/v1/batches",
        params=query | {"stream": INVENTORY},
        content=body,
        headers={"content-type": MSGPACK},
    )


def test_an_agent_feeds_both_lists(http: httpx.Client, agent: TestAgent) -> None:
    def record() -> dict[str, Any]:
        hosts = [(item["host_information"], item) for item in http.get(INFORMATION).json()]
        (found,) = [item for host, item in hosts if host and host.get("hostname") == agent.hostname]
        return dict(found)

    assert send_inventory(agent, 1, cpu_cores=4, cpu_threads=8).status_code == 204
    (server,) = http.get(SERVERS, params={"name": agent.hostname}).json()
    assert server == {
        "id": server["id"],
        "ip_address": "127.0.0.1",
        "description": "Linux",
        "name": agent.hostname,
        "server_is_active": True,
    }
    fed = record()
    cpu = {"cpu_count_physical": 4, "cpu_cores": 4, "cpu_count_logical": 8, "cpu_physical_cores": 8}
    assert (fed["cpu"], fed["AC_power"]) == (cpu, None)
    path = f"{INFORMATION}/{fed['id']}"
    assert http.put(path, json=fed).json() == fed, "what was read can be written back"
    written = http.put(path, json={"cpu": {"by": "hand"}}).json()
    assert written == fed | {"cpu": {"by": "hand"}} == record()
    assert send_inventory(agent, 2, cpu_cores=4, cpu_threads=8).status_code == 204
    assert record() == fed
    assert send_inventory(agent, 2, cpu_cores=2).status_code == 409
    versions = http.get(f"{path}/versions").json()
    assert [version["by"].split()[0] for version in versions] == ["agent", "token", "token", "agent"]
    times = {"from": versions[-1]["time"], "to": versions[0]["time"]}
    assert http.get(f"{path}/compare", params=times).json() == []
