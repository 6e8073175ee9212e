"""What administrators set in the console: people, tokens, and what is kept."""

import time
import uuid
from collections.abc import Iterator

import httpx
import pytest

from muster.settings import KEYS
from tests.api.conftest import Client
from tests.processes import Site, wait_for

PASSWORD = "correct horse"
USERS, TOKENS = "/console/v1/users", "/console/v1/tokens"
ROUTES = (
    ("GET", USERS),
    ("POST", USERS),
    ("POST", f"{USERS}/link"),
    ("PUT", f"{USERS}/ada/password"),
    ("DELETE", f"{USERS}/ada/sessions"),
    ("DELETE", f"{USERS}/ada"),
    ("GET", TOKENS),
    ("POST", TOKENS),
    ("GET", f"{TOKENS}/x"),
    ("DELETE", f"{TOKENS}/x"),
    ("GET", "/console/v1/storage"),
    ("GET", "/console/v1/settings"),
    ("PUT", "/console/v1/settings/retention.logs_days"),
    ("DELETE", "/console/v1/settings/retention.logs_days"),
)


@pytest.fixture
def ada(admin: httpx.Client) -> str:
    """The name of somebody new."""
    name = f"ada {uuid.uuid4().hex[:8]}"
    answer = admin.post(USERS, json={"name": name, "password": PASSWORD})
    assert answer.status_code == 201, answer.text
    return name


@pytest.fixture
def browser(site: Site) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=site.url, timeout=20, trust_env=False) as http:
        yield http


def sign_in(browser: httpx.Client, name: str, password: str = PASSWORD) -> int:
    body = {"name": name, "password": password}
    return browser.post("/console/v1/session", json=body).status_code


def row_of(admin: httpx.Client, name: str) -> dict[str, object]:
    return next(user for user in admin.get(USERS).json() if user["name"] == name)


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_only_administrators(client: Client, method: str, path: str) -> None:
    assert client().request(method, path).status_code == 401
    for scope in ("read", "write:fleet", "agent"):
        assert client(scope).request(method, path).status_code == 403, scope


def test_somebody_new_signs_in_and_is_signed_out_everywhere(
    admin: httpx.Client, ada: str, browser: httpx.Client
) -> None:
    assert row_of(admin, ada)["sessions"] == 0
    assert [sign_in(browser, ada) for _ in range(2)] == [201, 201]
    user = row_of(admin, ada)
    assert (user["is_admin"], user["sessions"]) == (False, 2)
    assert admin.delete(f"{USERS}/{ada}/sessions").json() == {"sessions": 2}
    assert browser.get("/console/v1/session").status_code == 401
    assert admin.delete(f"{USERS}/{ada}/sessions").json() == {"sessions": 0}


def test_another_password_ends_sessions_and_the_old_one(
    admin: httpx.Client, ada: str, browser: httpx.Client
) -> None:
    assert sign_in(browser, ada) == 201
    assert admin.put(f"{USERS}/{ada}/password", json={"password": "battery staple"}).status_code == 204
    assert browser.get("/console/v1/session").status_code == 401
    assert sign_in(browser, ada) == 401
    assert sign_in(browser, ada, "battery staple") == 201


def test_who_is_removed_is_signed_out(admin: httpx.Client, ada: str, browser: httpx.Client) -> None:
    assert sign_in(browser, ada) == 201
    assert admin.delete(f"{USERS}/{ada}").status_code == 204
    assert browser.get("/console/v1/session").status_code == 401
    assert sign_in(browser, ada) == 401
    assert admin.delete(f"{USERS}/{ada}").status_code == 404
    assert admin.put(f"{USERS}/{ada}/password", json={"password": PASSWORD}).status_code == 404


def test_nobody_removes_themselves(admin: httpx.Client, site: Site, browser: httpx.Client) -> None:
    name = f"root-{uuid.uuid4().hex[:8]}"
    admin.post(USERS, json={"name": name, "password": PASSWORD, "is_admin": True}).raise_for_status()
    assert sign_in(browser, name) == 201
    answer = browser.delete(f"{USERS}/{name}", headers={"Origin": site.url})
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert row_of(admin, name)["sessions"] == 1


@pytest.mark.parametrize(
    ("body", "status", "word"),
    [
        ({"name": "x", "password": "1234567"}, 422, "password"),
        ({"name": "", "password": PASSWORD}, 422, "name"),
        ({"name": "x" * 129, "password": PASSWORD}, 422, "name"),
        ({"name": "a\x07b", "password": PASSWORD}, 422, "name"),
        ({"name": "x"}, 422, "password"),
        ({"name": "x", "password": PASSWORD, "admin": True}, 422, "admin"),
        ([], 422, "body"),
    ],
)
def test_a_wrong_user_names_the_field(admin: httpx.Client, body: object, status: int, word: str) -> None:
    answer = admin.post(USERS, json=body)
    assert (answer.status_code, word in answer.json()["message"]) == (status, True), answer.text


def test_a_name_is_taken_once(admin: httpx.Client, ada: str) -> None:
    assert admin.post(USERS, json={"name": ada, "password": PASSWORD}).status_code == 409


def test_a_link_signs_an_administrator_in(admin: httpx.Client, browser: httpx.Client) -> None:
    answer = admin.post(f"{USERS}/link")
    assert (answer.status_code, answer.headers["cache-control"]) == (201, "no-store")
    assert answer.json()["valid_s"] == 900
    code = {"code": answer.json()["code"]}
    assert browser.post("/console/v1/session/link", json=code).json()["is_admin"] is True
    assert browser.post("/console/v1/session/link", json=code).status_code == 401


def test_a_token_is_shown_once_works_and_is_revoked(admin: httpx.Client, browser: httpx.Client) -> None:
    made = admin.post(TOKENS, json={"name": "grafana", "scopes": ["read"], "valid_s": 3600})
    assert (made.status_code, made.headers["cache-control"]) == (201, "no-store")
    token, text = made.json()["token"], made.json()["text"]
    assert (token["name"], token["scopes"], token["state"], token["signs"]) == (
        "grafana",
        ["read"],
        "valid",
        False,
    )
    assert 3500 < token["expires_us"] / 1e6 - time.time() <= 3600
    headers = {"Authorization": f"Bearer {text}"}
    assert browser.get("/version", headers=headers).status_code == 200
    listed = admin.get(TOKENS)
    assert listed.json()[0] == token
    assert text.rpartition("_")[2] not in listed.text
    assert admin.delete(f"{TOKENS}/{token['id']}").status_code == 204
    wait_for("the token ends", lambda: browser.get("/version", headers=headers).status_code == 401, 5)
    states = {row["id"]: row["state"] for row in admin.get(TOKENS).json()}
    assert states[token["id"]] == "revoked"
    assert admin.delete(f"{TOKENS}/{token['id']}").status_code == 404


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"name": "x", "scopes": []}, "scope"),
        ({"name": "x", "scopes": ["everything"]}, "everything"),
        ({"name": "", "scopes": ["read"]}, "name"),
        ({"name": "x", "scopes": ["read"], "valid_s": 59}, "valid_s"),
        ({"name": "x", "scopes": ["read"], "valid_s": 10**12}, "valid_s"),
        ({"scopes": ["read"]}, "name"),
    ],
)
def test_a_wrong_token_names_the_field(admin: httpx.Client, body: object, word: str) -> None:
    answer = admin.post(TOKENS, json=body)
    assert (answer.status_code, word in answer.json()["message"]) == (422, True), answer.text


def test_each_table_says_what_it_takes(admin: httpx.Client) -> None:
    line = b'{"message": "one line to be counted"}\n'
    headers = {"content-type": "application/x-ndjson"}
    admin.post("/console/v1/logs", content=line, headers=headers).raise_for_status()
    page = admin.get("/console/v1/storage").json()
    tables = {each["use"]["table"]: each for each in page["tables"]}
    assert {name: (each["days"], each["setting"]) for name, each in tables.items()} == {
        "reports": (30, "retention.reports_days"),
        "samples": (30, "retention.samples_days"),
        "rollups": (365, "retention.rollups_days"),
        "logs": (14, "retention.logs_days"),
    }
    logs = tables["logs"]["use"]
    assert logs["rows"] >= 1
    assert logs["stored_bytes"] > 0
    assert logs["first_day"] == time.strftime("%Y-%m-%d", time.gmtime())
    assert {each["name"] for each in page["databases"]} == {"relational", "audit"}
    assert all(each["stored_bytes"] > 0 for each in page["databases"])
    assert page["disk_bytes"] > page["disk_free_bytes"] > 0


def test_settings_are_shown_with_their_defaults(admin: httpx.Client) -> None:
    page = admin.get("/console/v1/settings").json()
    rows = {row["key"]: row for row in page["settings"]}
    assert list(rows) == list(KEYS)
    row = rows["retention.logs_days"]
    assert (row["value"], row["default"], row["is_reloadable"]) == (14, 14, True)
    assert rows["server.port"]["is_reloadable"] is False
    assert rows["server.port"]["value"] != rows["server.port"]["default"]
