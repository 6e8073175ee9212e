"""The console: signing in and out, what a session may do, and the pages under their policy."""

import re
import time
import uuid
from collections.abc import Callable, Iterator
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import Litestar, Request, Response
from litestar.testing import TestClient

from muster.api.console.pages import missing_page_handlers, page_handlers
from muster.core.people import LINK_NAME
from muster.model.inventory import Inventory
from muster.model.report import Report
from tests.api.conftest import Client, TestAgent
from tests.processes import Site, muster, wait_for

PASSWORD = "correct horse"
WEEK_S = 7 * 86_400
JSON = {"content-type": "application/json"}
SESSION = "/console/v1/session"
LINES = ("cpu", "memory", "disk", "network")
NoOneYet = Callable[[], httpx.Client]


@pytest.fixture
def browser(site: Site) -> Iterator[NoOneYet]:
    """Open a client with a cookie jar of its own."""
    opened: list[httpx.Client] = []

    def open_one() -> httpx.Client:
        opened.append(httpx.Client(base_url=site.url, timeout=20, trust_env=False))
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()


def new_code(site: Site) -> str:
    link = muster("user", "link", "--data", str(site.data), "--url", site.url + "/").stdout.strip()
    assert link.startswith(f"{site.url}/sign-in#code=")
    return link.partition("#code=")[2]


@pytest.fixture(scope="module")
def people(site: Site) -> dict[str, bool]:
    """Make an administrator and somebody who is none; return who is which."""
    names = {f"ada-{uuid.uuid4().hex[:8]}": True, f"bob-{uuid.uuid4().hex[:8]}": False}
    for name, is_admin in names.items():
        options = ["--admin"] if is_admin else []
        argv = ["user", "create", name, "--data", str(site.data), *options]
        muster(*argv, environ={"MUSTER_PASSWORD": PASSWORD})
    return names


def sign_in(http: httpx.Client, name: str, password: str = PASSWORD) -> httpx.Response:
    return http.post(SESSION, json={"name": name, "password": password})


def own_origin(http: httpx.Client) -> dict[str, str]:
    return {"Origin": str(http.base_url).rstrip("/")}


@pytest.fixture
def ada(browser: NoOneYet, people: dict[str, bool]) -> httpx.Client:
    """An administrator who is signed in."""
    return signed_in(browser(), next(name for name, is_admin in people.items() if is_admin))


@pytest.fixture
def bob(browser: NoOneYet, people: dict[str, bool]) -> httpx.Client:
    """Somebody who is signed in and no administrator."""
    return signed_in(browser(), next(name for name, is_admin in people.items() if not is_admin))


def signed_in(http: httpx.Client, name: str) -> httpx.Client:
    answer = sign_in(http, name)
    assert answer.status_code == 201, answer.text
    return http


def test_the_cookie_is_for_this_site_and_no_script(ada: httpx.Client, people: dict[str, bool]) -> None:
    name = next(name for name, is_admin in people.items() if is_admin)
    answer = sign_in(ada, name)
    assert answer.json() == {"name": name, "is_admin": True, "timezone": "UTC"}
    assert answer.headers["cache-control"] == "no-store"
    (morsel,) = SimpleCookie(answer.headers["set-cookie"]).values()
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", morsel.value)
    assert (morsel["httponly"], morsel["samesite"], morsel["path"]) == (True, "lax", "/")
    assert (morsel["secure"], morsel["domain"], morsel["max-age"]) == ("", "", str(WEEK_S))


def test_each_sign_in_has_a_session_of_its_own(browser: NoOneYet, bob: httpx.Client) -> None:
    first = bob.cookies["muster_session"]
    name = bob.get(SESSION).json()["name"]
    second = signed_in(browser(), name).cookies["muster_session"]
    assert first != second
    assert bob.get(SESSION).status_code == 200


def test_who_is_signed_in(ada: httpx.Client, bob: httpx.Client) -> None:
    assert ada.get(SESSION).json()["is_admin"] is True
    assert bob.get(SESSION).json()["is_admin"] is False


def test_a_link_signs_in_once(site: Site, browser: NoOneYet) -> None:
    code, http = new_code(site), browser()
    answer = http.post(f"{SESSION}/link", json={"code": code})
    assert answer.status_code == 201, answer.text
    assert answer.json() == {"name": LINK_NAME, "is_admin": True, "timezone": "UTC"}
    assert http.get("/console/v1/fleet").status_code == 200
    again = browser().post(f"{SESSION}/link", json={"code": code})
    assert again.status_code == 401
    assert "set-cookie" not in again.headers


def test_sign_out_ends_the_session_itself(browser: NoOneYet, bob: httpx.Client) -> None:
    secret = bob.cookies["muster_session"]
    answer = bob.delete(SESSION)
    assert answer.status_code == 204
    (morsel,) = SimpleCookie(answer.headers["set-cookie"]).values()
    assert (morsel.value, morsel["max-age"]) == ("", "0")
    kept = browser()
    kept.cookies.set("muster_session", secret)
    assert kept.get(SESSION).status_code == 401
    assert kept.get("/console/v1/fleet").status_code == 401


def test_a_session_reads_every_surface(bob: httpx.Client) -> None:
    for path in (
        "/console/v1/fleet",
        "/api/metrics?metric=load.1m",
        "/api/metrics/last",
        "/reports/list",
        "/api/servers/",
        "/api/additional_information/",
        "/metrics",
    ):
        assert bob.get(path).status_code == 200, path


def test_an_unsafe_request_needs_the_origin_of_this_site(ada: httpx.Client) -> None:
    assert ada.post("/reload").status_code == 403
    for origin in ("http://evil.example", "null"):
        assert ada.post("/reload", headers={"Origin": origin}).status_code == 403
    assert ada.post("/reload", headers=own_origin(ada)).status_code == 201


def test_who_is_no_administrator_may_only_read(bob: httpx.Client) -> None:
    for path in ("/reload", "/api/servers/", "/api/additional_information/"):
        answer = bob.post(path, json={}, headers=own_origin(bob))
        assert answer.status_code == 403, path
    assert bob.post("/reports", json=[], headers=own_origin(bob)).status_code == 403


@pytest.mark.parametrize("secret", ["", "x", "A" * 43, "%00", "é", "a" * 4000, '"quoted"'])
def test_a_wrong_cookie_is_nobody(browser: NoOneYet, secret: str) -> None:
    http, cookie = browser(), f"muster_session={secret}".encode()
    for path in ("/console/v1/fleet", SESSION, "/api/metrics/last"):
        assert http.get(path, headers={b"Cookie": cookie}).status_code == 401, path
    assert http.delete(SESSION, headers={b"Cookie": cookie}).status_code == 204


def test_a_wrong_token_is_not_saved_by_a_session(bob: httpx.Client) -> None:
    headers = {"Authorization": "Bearer wrong"}
    assert bob.get("/console/v1/fleet", headers=headers).status_code == 401


BAD_BODIES = [
    b"",
    b"[]",
    b"[" * 100_000,
    b"\xff",
    b'{"name": "a"}',
    b'{"name": 1, "password": "x"}',
    b'{"name": null, "password": "x"}',
    b'{"name": "%s", "password": "x"}' % (b"x" * 1025),
    b'{"name": "a", "password": "%s"}' % (b"x" * 1025),
    b'{"name": "a\\u0000b", "password": "x"}',
]


@pytest.mark.parametrize("body", BAD_BODIES, ids=lambda body: repr(body[:24]))
def test_a_broken_sign_in_is_a_422(browser: NoOneYet, body: bytes) -> None:
    answer = browser().post(SESSION, content=body, headers=JSON)
    assert answer.status_code == 422, answer.text
    assert answer.json()["message"].startswith("body: ")
    assert "regex" not in answer.json()["message"]


def test_a_form_of_another_site_cannot_sign_in(browser: NoOneYet) -> None:
    body = b'{"name": "a", "password": "b"}'
    for media_type in ("text/plain", "application/x-www-form-urlencoded"):
        answer = browser().post(SESSION, content=body, headers={"content-type": media_type})
        assert answer.status_code == 422
        assert answer.json()["message"].startswith("Content-Type: ")
    foreign = JSON | {"Origin": "http://evil.example"}
    assert browser().post(SESSION, content=body, headers=foreign).status_code == 403


def test_guessing_a_password_must_wait(browser: NoOneYet, people: dict[str, bool], bob: httpx.Client) -> None:
    """The wait doubles with each guess, so that it outgrows what a guess takes on any machine."""
    http, name = browser(), f"guessed-{uuid.uuid4().hex[:8]}"
    answers = [sign_in(http, name, f"wrong {n}") for n in range(6)]
    while answers[-1].status_code != 429 and len(answers) < 10:
        answers.append(sign_in(http, name, "wrong"))
    *free, answer = answers
    assert len(free) >= 5
    assert {each.status_code for each in free} == {401}
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) >= 1
    assert answer.json()["code"] == "overloaded"
    other = next(name for name, is_admin in people.items() if not is_admin)
    assert sign_in(http, other).status_code == 201


def test_an_unknown_name_and_a_wrong_password_look_alike(browser: NoOneYet, people: dict[str, bool]) -> None:
    unknown = sign_in(browser(), f"no-{uuid.uuid4().hex[:8]}", "wrong password")
    wrong = sign_in(browser(), next(iter(people)), "wrong password")
    assert (unknown.status_code, unknown.json()) == (wrong.status_code, wrong.json())
    assert sign_in(browser(), next(iter(people))).status_code == 201


def test_the_fleet_shows_what_each_machine_does_now(bob: httpx.Client, agent: TestAgent) -> None:
    now_s = time.time()
    for sequence, (at_s, received) in enumerate([(now_s - 10, 1000.0), (now_s, 3000.0)], 1):
        look = {
            ("cpu.used_percent", ""): 12.5,
            ("memory.used_percent", ""): 50.0,
            ("disk.used_percent", "mountpoint=/"): 40.0,
            ("disk.used_percent", "mountpoint=/boot"): 90.0,
            ("network.received_bytes_total", "interface=eth0"): received,
            ("system.uptime_s", ""): 60.0,
        }
        assert agent.send_samples(sequence, at_s, look).status_code == 204
    host = row_of(bob, agent, lambda host: host["network_bytes_per_s"] is not None)
    page = bob.get("/console/v1/fleet").json()
    assert page["interval_s"] == 10
    assert abs(page["server_us"] / 1e6 - now_s) < 30
    assert [host["hostname"] for host in page["hosts"]] == sorted(host["hostname"] for host in page["hosts"])
    assert (host["hostname"], host["state"], host["platform"]) == (agent.hostname, "online", "Linux")
    shown = ("cpu_percent", "memory_percent", "disk_percent", "network_bytes_per_s", "uptime_s")
    assert [host[name] for name in shown] == [12.5, 50.0, 90.0, 200.0, 60.0]


def row_of(
    http: httpx.Client, agent: TestAgent, is_known: Callable[[dict[str, Any]], bool] = bool
) -> dict[str, Any]:
    """Return an agent's row once it says what it should: a page is a second old at most."""

    def look() -> dict[str, Any] | None:
        hosts = http.get("/console/v1/fleet").json()["hosts"]
        return next((row for row in hosts if row["agent_id"] == agent.id and is_known(row)), None)

    return wait_for("the row of the agent", look, every_s=0.1)


def sparklines(http: httpx.Client, *agents: str) -> dict[str, Any]:
    answer = http.get("/console/v1/fleet/sparklines", params={"agent": list(agents)})
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


def test_sparklines_are_those_of_the_machines_that_are_named(
    site: Site, client: Client, bob: httpx.Client, agent: TestAgent
) -> None:
    now_s = time.time()
    look = {
        ("cpu.used_percent", ""): 12.56,
        ("disk.used_percent", "mountpoint=/"): 40.0,
        ("disk.used_percent", "mountpoint=/boot"): 90.0,
    }
    assert agent.send_samples(1, now_s, look).status_code == 204
    other = TestAgent(site, client, f"other-{agent.hostname}")
    assert other.send_samples(1, now_s, look).status_code == 204
    other.http.close()
    page = sparklines(bob, agent.id, "nobody")
    assert (page["span_s"], page["step_s"]) == (1800, 60)
    [lines] = page["machines"]
    assert lines.pop("agent_id") == agent.id
    assert {name: len(line) for name, line in lines.items()} == dict.fromkeys(LINES, 30)
    assert lines["cpu"][-1] == 12.6 or lines["cpu"][-2] == 12.6
    assert lines["disk"][-1] == 90 or lines["disk"][-2] == 90
    assert lines["memory"] == [None] * 30
    assert bob.get("/console/v1/fleet/sparklines").status_code == 400
    many = {"agent": [agent.id] * 201}
    assert bob.get("/console/v1/fleet/sparklines", params=many).status_code == 400


def test_a_clock_ahead_does_not_stop_a_machine_in_the_fleet(bob: httpx.Client, agent: TestAgent) -> None:
    assert agent.send_samples(1, time.time() + 10**8, {("cpu.used_percent", ""): 1.0}).status_code == 204
    assert agent.send_samples(2, time.time() + 3600, {("cpu.used_percent", ""): 77.0}).status_code == 204
    row_of(bob, agent, lambda host: host["cpu_percent"] == 77.0)
    [lines] = sparklines(bob, agent.id)["machines"]
    assert 77.0 in lines["cpu"] or 39.0 in lines["cpu"]


def test_a_machine_that_said_nothing_yet_is_shown(bob: httpx.Client, agent: TestAgent) -> None:
    assert row_of(bob, agent)["cpu_percent"] is None
    assert sparklines(bob, agent.id)["machines"] == []
    page = bob.get(f"/console/v1/hosts/{agent.id}").json()
    assert (page["report"], page["inventory"], page["last"]) == (None, None, [])
    assert page["agent"]["hostname"] == agent.hostname


def test_one_machine_with_report_inventory_and_last_values(
    bob: httpx.Client, agent: TestAgent, make_report: Callable[..., Report]
) -> None:
    report, now_s = make_report(), time.time()
    inventory = Inventory(
        ts_us=int(now_s * 1e6), hostname=agent.hostname, system="Linux", user="root", boot_time_s=1
    )
    assert agent.send(1, report).status_code == 204
    assert agent.send_inventory(1, inventory).status_code == 204
    assert agent.send_samples(1, now_s, {("load.1m", ""): 2.5}).status_code == 204
    assert agent.send_samples(2, now_s, {("load.1m", "runner=often"): 2.5}).status_code == 204
    page = bob.get(f"/console/v1/hosts/{agent.id}").json()
    assert page["report"]["id"] == report.id
    assert (page["inventory"]["hostname"], page["inventory"]["user"]) == (agent.hostname, "root")
    assert [(x["metric"], x["labels"], x["value"]) for x in page["last"]] == [("load.1m", {}, 2.5)]
    assert bob.get(f"/console/v1/hosts/{agent.hostname}").status_code == 404


@pytest.mark.parametrize("hostname", ["<script>alert(1)</script>", "a&b\"'", "ü\u202e", "../../x"])
def test_a_hostname_is_json_text_wherever_it_is_shown(
    site: Site, client: Client, bob: httpx.Client, hostname: str
) -> None:
    agent = TestAgent(site, client, hostname)
    assert agent.send_samples(1, time.time(), {("load.1m", f"name={hostname}"): 1.0}).status_code == 204
    for path in ("/console/v1/fleet", f"/console/v1/hosts/{agent.id}", "/api/metrics/last"):
        answer = bob.get(path, params={"agent": hostname})
        assert answer.headers["content-type"].partition(";")[0] == "application/json"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.status_code == 200
    assert row_of(bob, agent)["hostname"] == hostname
    assert bob.get(f"/console/v1/hosts/{agent.id}").json()["last"][0]["labels"] == {"name": hostname}
    agent.http.close()


PAGES = ("/", "/sign-in", "/logs", "/hosts/" + "0" * 32, "/hosts/%3Cscript%3E")


LONG_SHEET = "main { margin: 0 }\n" * 1000


@pytest.fixture
def built(tmp_path: Path) -> Iterator[TestClient[Litestar]]:
    """A server of a console that was built a moment ago."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "index-1.js").write_text("let x = 1")
    (tmp_path / "assets" / "index-2.css").write_text(LONG_SHEET)
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "muster.svg").write_text("<svg/>")
    (tmp_path / "index.html").write_text(
        '<style nonce="__CSP_NONCE__"></style><meta content="__CSP_NONCE__">'
    )

    def told(_: Request[Any, Any, Any], error: Exception) -> Response[str]:
        return Response(f"told: {error}", status_code=404)

    handlers = missing_page_handlers(told, built=tmp_path)
    app = Litestar(page_handlers(built=tmp_path), openapi_config=None, exception_handlers=handlers)
    with TestClient(app) as http:
        yield http


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_a_strict_policy_with_a_fresh_nonce(built: TestClient[Litestar], path: str) -> None:
    nonces = set()
    for _ in range(3):
        answer = built.get(path)
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/html")
        assert (answer.headers["cache-control"], answer.headers["referrer-policy"]) == (
            "no-store",
            "no-referrer",
        )
        policy = answer.headers["content-security-policy"]
        directives = {words[0]: words[1:] for words in (part.split() for part in policy.split(";"))}
        assert directives["default-src"] == ["'none'"]
        assert directives["script-src"] == ["'self'"]
        assert directives["frame-ancestors"] == directives["base-uri"] == ["'none'"]
        assert "unsafe" not in policy
        assert "*" not in policy
        (nonce,) = re.findall(r"'nonce-([\w-]{22,})'", policy)
        assert answer.text.count(nonce) == 2
        assert "__CSP_NONCE__" not in answer.text
        nonces.add(nonce)
    assert len(nonces) == 3


def test_a_mistyped_address_opens_the_page_in_a_browser_and_an_error_elsewhere(
    built: TestClient[Litestar],
) -> None:
    visit = built.get("/lgos", headers={"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"})
    assert (visit.status_code, visit.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "__CSP_NONCE__" not in visit.text
    assert "script-src 'self'" in visit.headers["content-security-policy"]
    for method, accept in (("GET", "*/*"), ("GET", "application/json"), ("POST", "text/html")):
        answer = built.request(method, "/lgos", headers={"Accept": accept})
        assert (answer.status_code, answer.text[:5]) == (404, "told:")


def test_assets_are_kept_by_browsers_and_nothing_beside_them_is_served(built: TestClient[Litestar]) -> None:
    answer = built.get("/assets/index-1.js")
    assert answer.text == "let x = 1"
    assert {"immutable", "public", "max-age=31536000"} <= set(
        answer.headers["cache-control"].replace(" ", "").split(",")
    )
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "content-encoding" not in answer.headers
    assert built.get("/muster.svg").headers["content-type"].startswith("image/svg+xml")
    for path in ("/secret.txt", "/assets/../secret.txt", "/assets/%2e%2e/secret.txt", "/index.html"):
        assert built.get(path).status_code == 404, path


@pytest.mark.parametrize(("accepted", "encoding"), [("gzip, deflate", "gzip"), ("identity", None)])
def test_long_assets_are_packed_for_who_takes_that(
    built: TestClient[Litestar], accepted: str, encoding: str | None
) -> None:
    for _ in range(2):
        answer = built.get("/assets/index-2.css", headers={"Accept-Encoding": accepted})
        assert answer.text == LONG_SHEET
        assert answer.headers.get("content-encoding") == encoding
        assert (int(answer.headers["content-length"]) < 1000) == bool(encoding)


def test_without_a_built_console_the_documentation_opens(tmp_path: Path) -> None:
    with TestClient(Litestar(page_handlers(built=tmp_path), openapi_config=None)) as http:
        answer = http.get("/", follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (302, "/docs")
        assert http.get("/admin", follow_redirects=False).headers["location"] == "/"
        assert http.get("/sign-in").status_code == 404
        assert http.get("/hosts/x").status_code == 404


def test_who_looks_only_changes_nothing_where_all_may_change(tmp_path: Path) -> None:
    with Site(tmp_path, "--open") as site, httpx.Client(base_url=site.url, trust_env=False) as http:
        site.start()
        options = ["--data", str(site.data)]
        muster("user", "create", "bob", *options, environ={"MUSTER_PASSWORD": PASSWORD})
        assert http.post("/v1/api/tags/web", json={}).status_code == 200
        signed_in(http, "bob")
        refused = http.request("DELETE", "/v1/api/tags/web", headers=own_origin(http))
        assert (refused.status_code, "administrators" in refused.text) == (403, True)
        assert http.get("/v1/api/tags").status_code == 200
