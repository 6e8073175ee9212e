"""The audit page in a real browser, against a real server: proofs are checked where they are seen."""

import json
import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from playwright.sync_api import Locator, Route, expect

from muster.api.console.pages import BUILT
from muster.core.audit.note import Signer
from tests.conftest import missing
from tests.processes import Site, muster
from tests.ui.conftest import Visit

HOSTILE = "<script>document.title='owned'</script>"
WIDE_ONLY = pytest.mark.parametrize("look", ["light-1400"], indirect=True)
EVENT = "**/console/v1/audit/events/*"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server with 300 orders in its log, and a hostile event."""
    if not (BUILT / "index.html").is_file():
        missing("the built console (make web)")
    with Site(tmp_path_factory.mktemp("audit-ui"), "--open") as site:
        site.start()
        add(site, *(order(n) for n in range(300)), event(HOSTILE, "<b>x</b>", {"html": HOSTILE}))
        yield site


def order(number: int) -> dict[str, object]:
    return event("shop", "Paid" if number % 3 else "Lost", {"order": number, "sum": number * 1.5})


def event(application: str, kind: str, payload: object) -> dict[str, object]:
    ts = "2026-03-01T00:00:00Z"
    return {"event_ts": ts, "application_name": application, "event_kind": kind, "payload": payload}


def add(site: Site, *events: dict[str, object]) -> None:
    assert site.http.post("/api/event", json=list(events)).status_code == 201


def panel(visit: Visit) -> Locator:
    return visit.page.get_by_role("region", name="Event")


def open_order(visit: Visit, number: int) -> None:
    words = quote(json.dumps(f'"order":{number},'))
    visit.page.goto(f"{visit.site.url}/audit?q={words}")
    visit.page.get_by_role("grid", name=re.compile("Audit events")).get_by_text("shop").first.click()


def is_proven(visit: Visit) -> None:
    expect(panel(visit).get_by_text("Proven: this event is in the log")).to_be_visible()
    expect(panel(visit).get_by_text("NOT PROVEN")).to_have_count(0)


def test_an_event_is_proven_in_the_browser(visit: Visit, look: str) -> None:
    open_order(visit, 7)
    is_proven(visit)
    expect(panel(visit).get_by_text('"sum": 10.5')).to_be_visible()
    panel(visit).get_by_text("The way to the head").click()
    expect(panel(visit).get_by_text("equals the signed one")).to_be_visible()
    assert panel(visit).get_by_text(re.compile(r"^Level \d$")).count() >= 8
    width = visit.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert width <= 0, f"the page can be scrolled sideways by {width} pixels"
    visit.picture(f"audit-{look}")
    visit.check()


@WIDE_ONLY
def test_the_list_is_filtered_and_back_goes_back(visit: Visit) -> None:
    visit.page.goto(f"{visit.site.url}/audit?app=shop")
    grid = visit.page.get_by_role("grid", name=re.compile("Audit events"))
    expect(grid.get_by_text("Paid").first).to_be_visible()
    visit.page.get_by_role("combobox", name="Kind").click()
    visit.page.get_by_role("option", name="Lost").click()
    expect(grid.get_by_text("Paid")).to_have_count(0)
    expect(grid.get_by_text("Lost").first).to_be_visible()
    visit.page.go_back()
    expect(grid.get_by_text("Paid").first).to_be_visible()
    visit.page.goto(f"{visit.site.url}/audit?q=nowhere")
    expect(visit.page.get_by_text("No event matches.")).to_be_visible()
    visit.check()


@WIDE_ONLY
def test_a_payload_that_was_tampered_with_is_not_proven(visit: Visit) -> None:
    def tamper(route: Route) -> None:
        answer = route.fetch()
        changed = answer.json() | {"payload": answer.json()["payload"].replace("12.0", "1200.0")}
        route.fulfill(response=answer, json=changed)

    visit.page.route(EVENT, tamper)
    open_order(visit, 8)
    expect(panel(visit).get_by_text('"sum": 1200.0')).to_be_visible()
    expect(panel(visit).get_by_role("alert").get_by_text("NOT PROVEN")).to_be_visible()
    expect(panel(visit).get_by_text("It was changed.", exact=False)).to_be_visible()
    expect(panel(visit).get_by_text("Proven: this event")).to_have_count(0)
    visit.check()


@WIDE_ONLY
def test_a_log_that_grew_is_consistent_and_one_that_was_rewritten_is_told(visit: Visit) -> None:
    open_order(visit, 9)
    is_proven(visit)
    add(visit.site, order(1_000))
    open_order(visit, 1_000)
    is_proven(visit)
    expect(panel(visit).get_by_text("nothing seen before")).to_have_count(0)
    visit.page.evaluate("""() => {
        const seen = JSON.parse(localStorage.getItem("muster.audit.seen"));
        const lines = seen.note.split("\\n");
        lines[2] = "A".repeat(43) + "=";
        localStorage.setItem("muster.audit.seen", JSON.stringify({...seen, note: lines.join("\\n")}));
    }""")
    open_order(visit, 10)
    expect(panel(visit).get_by_text("History was rewritten", exact=False)).to_be_visible()
    panel(visit).get_by_role("button", name="Forget what was seen before").click()
    visit.page.get_by_role("dialog").get_by_role("button", name="Forget what was seen before").click()
    is_proven(visit)
    visit.check()


@WIDE_ONLY
def test_only_the_key_that_was_given_is_trusted(visit: Visit) -> None:
    own = muster("audit", "key", "--data", str(visit.site.data)).stdout.strip()
    other = "other.example/audit+5d6a7c61+AQOhB7/zzhC+HXDdGOdLwJln5PYwm6UNXx3IfmnQbVTD"
    open_order(visit, 11)
    expect(panel(visit).get_by_text("give this browser the key", exact=False)).to_be_visible()
    panel(visit).get_by_text("Key", exact=True).click()
    field = panel(visit).get_by_label("Public key", exact=False)
    field.fill(other)
    panel(visit).get_by_role("button", name="Trust only this key").click()
    expect(panel(visit).get_by_text("not a key of the form", exact=False)).to_be_visible()
    field.fill(own)
    panel(visit).get_by_role("button", name="Trust only this key").click()
    expect(panel(visit).get_by_text("The key is the one that you gave")).to_be_visible()
    is_proven(visit)
    visit.page.evaluate("""key => localStorage.setItem("muster.audit.key", key)""", wrong_key())
    visit.page.reload()
    expect(
        panel(visit).get_by_text("not signed by the key that is trusted here", exact=False)
    ).to_be_visible()
    visit.check()


def wrong_key() -> str:
    """The public key of another log, as it is written."""
    return Signer("other.example/audit", Ed25519PrivateKey.from_private_bytes(bytes(range(32)))).verifier.text


@WIDE_ONLY
def test_markup_in_an_event_stays_text(visit: Visit) -> None:
    visit.page.goto(f"{visit.site.url}/audit")
    grid = visit.page.get_by_role("grid", name=re.compile("Audit events"))
    grid.get_by_text("<b>x</b>").click()
    expect(panel(visit).get_by_role("heading", name=HOSTILE)).to_be_visible()
    expect(panel(visit).get_by_text(f'"html": "{HOSTILE}"')).to_be_visible()
    is_proven(visit)
    assert visit.page.title() == "Audit · Muster"
    assert visit.page.locator("script:not([src])").count() == 0
    visit.check()
