"""Long ways through the console: a completion clicked, a draft against stored lines, an upgrade wave."""

import socket
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.test_upgrade import Machine, Packages
from tests.processes import Site, wait_for
from tests.ui.conftest import Visit

once = pytest.mark.parametrize("look", ["light-1400"], indirect=True)

EDITOR = "Configuration as JSON"
APPLIED_MS = 30_000
LINES = "".join(f"10.0.0.{number} GET {200 + number}\n" for number in range(20))


@pytest.fixture(scope="module")
def admin(live: Site) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {live.token('admin')}"}
    with httpx.Client(base_url=live.url, headers=headers, timeout=20, trust_env=False) as client:
        yield client


@pytest.fixture
def name() -> str:
    return f"walk-{uuid.uuid4().hex[:6]}"


def write(page: Page, text: str) -> None:
    page.get_by_role("textbox", name=EDITOR).click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(text)


def parsed_by(pattern: str, log: Path) -> dict[str, object]:
    return {
        "reader": {"mode": "tailx", "log_path": str(log), "read_from": "oldest"},
        "parser": {"type": "grok", "grok_patterns": pattern},
    }


def stored(admin: httpx.Client, name: str) -> int:
    answer = admin.get("/console/v1/logs", params={"q": f"runner:{name}", "from": "-15m", "limit": 100})
    return len(answer.json()["rows"])


@once
def test_a_completion_is_clicked(visit: Visit, name: str) -> None:
    page = visit.page
    page.goto(f"{visit.site.url}/fleet/configs/{name}?template=tailx")
    write(page, '{"reader": {"mode": "tailx", ')
    page.keyboard.press("Control+Space")
    page.get_by_role("listbox").get_by_role("option").filter(has_text="log_path").first.click()
    editor = page.get_by_role("textbox", name=EDITOR)
    expect(editor).to_contain_text('"log_path": ')
    expect(editor).to_be_focused()
    expect(page.get_by_role("listbox")).to_have_count(0)
    visit.check()


@once
def test_a_draft_is_held_against_stored_lines(
    visit: Visit, admin: httpx.Client, name: str, tmp_path: Path
) -> None:
    log = tmp_path / "app.log"
    log.write_text(LINES)
    config = parsed_by("%{IP:client} %{WORD:verb} %{NUMBER:status}", log)
    made = admin.post(f"/v1/api/configs/{name}", json={"config": config, "tags": [name]})
    assert made.status_code == 200, made.text
    agents = admin.get("/console/v1/agents").json()["agents"]
    agent_id = next(each["id"] for each in agents if each["hostname"] == socket.gethostname())
    assert admin.post(f"/v1/api/agents/{agent_id}/tags/{name}").status_code == 200
    wait_for("its lines are stored", lambda: stored(admin, name) == 20, 40, every_s=0.2)
    page = visit.page
    page.goto(f"{visit.site.url}/fleet/configs/{name}?tab=backtest")
    expect(page.get_by_text("Nothing wrong")).to_be_visible()
    write(page, str(parsed_by("%{IP:client} %{WORD:method} 2%{NUMBER:status}", log)).replace("'", '"'))
    expect(page.get_by_text("Nothing wrong")).to_be_visible()
    page.get_by_role("button", name="Compare").click()
    outcome = page.get_by_role("region", name="Outcome")
    expect(outcome).to_contain_text("20 / 20", timeout=APPLIED_MS)
    expect(outcome).to_contain_text("method")
    expect(outcome).to_contain_text("verb")
    visit.picture("walk-backtest")
    visit.check()


@pytest.fixture
def machine(
    live: Site, admin: httpx.Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Machine]:
    """An agent under its launcher, which takes packages of its own key."""
    monkeypatch.delenv("MUSTER_SCREENSHOTS", raising=False)  # commands run in this process know it not
    live.token_file("agent")
    machine = Machine(live, Packages(live, tmp_path), admin, tmp_path)
    machine.start()
    machine.wait_online()
    yield machine
    machine.launcher.stop()


@once
def test_a_wave_is_upgraded(visit: Visit, admin: httpx.Client, machine: Machine, name: str) -> None:
    with ThreadPoolExecutor(1) as beside_playwright:
        version, _ = beside_playwright.submit(machine.packages.offer).result()
    agent_id = machine.row()["id"]
    assert admin.post(f"/v1/api/agents/{agent_id}/tags/{name}").status_code == 200
    page = visit.page
    page.goto(f"{visit.site.url}/fleet/releases")
    wave = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=name))
    wave.get_by_role("button", name="Upgrade").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_test_id("effects")).to_contain_text("This touches 1 agent")
    visit.picture("walk-wave-asked")
    dialog.get_by_role("button", name="Upgrade").click()
    expect(dialog).to_be_hidden()
    wait_for("it runs the new version", lambda: machine.row()["version"] == version, 60, every_s=0.2)
    expect(wave).to_contain_text("1 of 1", timeout=APPLIED_MS)
    visit.picture("walk-wave-done")
    visit.check()
