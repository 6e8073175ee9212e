"""The fleet's pages: a tag, a configuration pushed and applied, a grok pattern tried, the way back."""

import re
import socket
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.processes import Site
from tests.ui.conftest import Visit

once = pytest.mark.parametrize("look", ["light-1400"], indirect=True)

PAGES = {
    "": "Agents",
    "/configs": "Configurations",
    "/tags": "Tags",
    "/runners": "Runners",
    "/releases": "Releases",
    "/changes": "Changes",
}
HOSTILE = "<script>document.title='owned'</script>"
EDITOR = "Configuration as JSON"


@pytest.fixture
def admin(live: Site) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {live.token('admin')}"}
    with httpx.Client(base_url=live.url, headers=headers, timeout=20, trust_env=False) as client:
        yield client


@pytest.fixture
def name() -> str:
    return f"ui-{uuid.uuid4().hex[:6]}"


def agent_id(admin: httpx.Client) -> str:
    agents = admin.get("/console/v1/agents").json()["agents"]
    return str(next(each["id"] for each in agents if each["hostname"] == socket.gethostname()))


def confirm(page: Page, title: str, button: str) -> None:
    """Read what a change will do, and do it."""
    dialog = page.get_by_role("dialog", name=title)
    expect(dialog.get_by_test_id("effects")).to_contain_text("This touches")
    dialog.get_by_role("button", name=button, exact=True).click()
    expect(dialog).to_be_hidden()


def make(admin: httpx.Client, name: str, **body: object) -> None:
    """Add a configuration with a tag of its name, and put the tag on this machine's agent."""
    config = {"metric": [{"type": "cpu"}], "collect_interval": 1}
    answer = admin.post(f"/v1/api/configs/{name}", json={"config": config, "tags": [name], **body})
    assert answer.status_code == 200, answer.text
    answer = admin.post(f"/v1/api/agents/{agent_id(admin)}/tags/{name}")
    assert answer.status_code == 200, answer.text


def row_of(page: Page, text: str) -> Locator:
    return page.get_by_role("row").filter(has_text=text)


def test_every_page_fits_and_says_what_it_is(visit: Visit, admin: httpx.Client, look: str) -> None:
    name = f"look-{look}"
    if not admin.get("/v1/api/configs", params={"name": name}).json()["configs"]:
        make(admin, name, note="What this machine's processors do")
    page = visit.page
    for path, title in {**PAGES, f"/configs/{name}": name}.items():
        page.goto(f"{visit.site.url}/fleet{path}")
        expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()
        expect(page.get_by_role("status", name="Loading")).to_have_count(0)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
        visit.picture(f"fleet{path.replace('/', '-').replace(name, 'one')}-{look}")
    visit.check()


def write(page: Page, text: str) -> None:
    """Put a text in the place of what the editor holds."""
    editor = page.get_by_role("textbox", name=EDITOR)
    editor.click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(text)


@once
def test_a_tag_is_made_and_put_on_this_machine(visit: Visit, admin: httpx.Client, name: str) -> None:
    page = visit.page
    page.goto(f"{visit.site.url}/fleet/tags")
    page.get_by_role("button", name="New tag").first.click()
    dialog = page.get_by_role("dialog", name="New tag")
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_role("button", name="New tag").click()
    confirm(page, f"Add tag {name}", "Add")
    expect(page.get_by_role("button", name=f"Edit tag {name}")).to_be_visible()
    page.get_by_role("link", name="Agents", exact=True).click()
    page.get_by_role("checkbox", name=f"Select {socket.gethostname()}").first.check()
    page.get_by_role("button", name="Add tag").click()
    page.get_by_role("dialog", name="Add tag").get_by_role("combobox", name="Tag").fill(name)
    page.keyboard.press("Enter")
    confirm(page, f"Put tag {name} on 1 agent", "Add tag")
    expect(row_of(page, name).first).to_be_visible()
    assert admin.get("/v1/api/tags", params={"name": name}).json()["tags"][0]["agent_ids"]
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone.")).to_be_visible()
    assert not admin.get("/v1/api/tags", params={"name": name}).json()["tags"][0]["agent_ids"]
    visit.check()


@once
def test_a_config_is_written_pushed_and_seen_applied(visit: Visit, admin: httpx.Client, name: str) -> None:
    page = visit.page
    assert admin.post(f"/v1/api/agents/{agent_id(admin)}/tags/{name}").status_code == 200
    page.goto(f"{visit.site.url}/fleet/configs")
    page.get_by_role("button", name="New configuration").first.click()
    dialog = page.get_by_role("dialog", name="New configuration")
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_role("button", name="Edit and try it").click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    write(page, '{"metric": [{"type": "cpu"}], "collect_intervall": 1}')
    expect(page.get_by_text("1 problem")).to_be_visible()
    expect(page.get_by_role("button", name="Review and create")).to_be_disabled()
    write(page, '{"metric": [{"type": "cpu"}], "collect_interval": 1}')
    expect(page.get_by_text("Nothing wrong")).to_be_visible()
    tags = page.get_by_role("combobox", name="Tags that give it to agents")
    tags.fill(name)
    tags.press("Enter")
    page.get_by_role("button", name="Review and create").click()
    confirm(page, f"Create configuration {name}", "Save")
    expect(page.get_by_test_id("applied")).to_have_text("1 of 1 agents run this version")
    visit.picture("fleet-config-applied")
    visit.check()


@once
def test_the_editor_completes_what_the_server_knows(visit: Visit, admin: httpx.Client, name: str) -> None:
    make(admin, name)
    page = visit.page
    page.goto(f"{visit.site.url}/fleet/configs/{name}")
    write(page, '{"reader": {"mode": "tailx", ')
    page.keyboard.press("Control+Space")
    options = page.get_by_role("listbox")
    expect(options).to_contain_text("log_path")
    expect(options).not_to_contain_text("batch_size")
    visit.picture("fleet-config-completion")
    visit.check()


@once
def test_a_restored_revision_brings_back_what_was(visit: Visit, admin: httpx.Client, name: str) -> None:
    make(admin, name, note="the first")
    changed = {"metric": [{"type": "mem"}], "collect_interval": 2}
    answer = admin.put(f"/v1/api/configs/{name}/config", json={"config": changed, "note": "the second"})
    assert answer.status_code == 200, answer.text
    page = visit.page
    page.goto(f"{visit.site.url}/fleet/configs/{name}?tab=revisions")
    revisions = page.get_by_test_id("revision")
    newest, first = revisions.first, revisions.last
    expect(newest).to_contain_text(f"change configuration {name}")
    newest.get_by_role("button", name="Show what changed").click()
    expect(newest.get_by_role("region", name="Difference")).to_contain_text("the second")
    first.get_by_role("button", name="Restore").click()
    confirm(page, "Restore revision", "Restore")
    expect(page.get_by_label("Note")).to_have_value("the first")
    stored = admin.get("/v1/api/configs", params={"name": name}).json()["configs"][0]
    assert stored["config"]["metric"] == [{"type": "cpu"}]
    visit.picture("fleet-config-revisions")
    visit.check()


@once
def test_a_runner_is_stopped_and_started(visit: Visit, admin: httpx.Client, name: str) -> None:
    make(admin, name)
    page = visit.page
    page.goto(f"{visit.site.url}/fleet/runners?config={name}")
    row = row_of(page, name)
    expect(row).to_contain_text("Running")
    page.get_by_role("checkbox", name=f"Select {name} on").check()
    page.get_by_role("button", name="Stop").click()
    confirm(page, "Stop 1 runner", "Stop")
    expect(row).to_contain_text("Stopped")
    page.get_by_role("checkbox", name=f"Select {name} on").check()
    page.get_by_role("button", name="Start").click()
    confirm(page, "Start 1 runner", "Start")
    expect(row).to_contain_text("Running")
    visit.check()


@once
def test_details_of_an_agent_balance(visit: Visit, admin: httpx.Client) -> None:
    page = visit.page
    page.goto(f"{visit.site.url}/fleet?open={agent_id(admin)}")
    drawer = page.get_by_role("dialog")
    expect(drawer).to_contain_text("samples")
    expect(drawer).to_contain_text("Every row that was sent is stored.")
    visit.picture("fleet-agent")
    visit.check()


@once
def test_a_grok_pattern_is_tried_in_colour(visit: Visit, admin: httpx.Client, name: str) -> None:
    page = visit.page
    page.goto(f"{visit.site.url}/fleet/configs/{name}?template=nginx")
    pattern = "%{IP:client} %{WORD:verb} %{NUMBER:status:long}"
    write(
        page,
        f'{{"reader": {{"mode": "tailx", "log_path": "/x"}},'
        f' "parser": {{"type": "grok", "grok_patterns": "{pattern}"}}}}',
    )
    page.get_by_label("Lines to try").fill(f"10.0.0.1 GET 200\n{HOSTILE}")
    mark = page.get_by_title("verb")
    expect(mark).to_have_text("GET")
    expect(page.get_by_label("Fields by colour")).to_contain_text("status")
    expect(page.get_by_test_id("tried-counts")).to_contain_text("2 read")
    expect(page.get_by_test_id("tried-counts")).to_contain_text("1 failed")
    expect(page.get_by_text(HOSTILE).first).to_be_visible()
    assert "owned" not in page.title()
    visit.picture("fleet-config-try")
    visit.check()


@once
def test_lines_are_read_from_the_agents_own_file(
    visit: Visit, admin: httpx.Client, name: str, tmp_path: Path
) -> None:
    log = tmp_path / "app.log"
    log.write_text("".join(f"line {number}\n" for number in range(30)))
    page = visit.page
    page.goto(f"{visit.site.url}/fleet/configs/{name}?template=tailx")
    write(page, f'{{"reader": {{"mode": "tailx", "log_path": "{log}"}}, "parser": {{"type": "raw"}}}}')
    expect(page.get_by_text("Nothing wrong")).to_be_visible()
    page.get_by_text("Agent", exact=True).last.click()
    page.get_by_role("combobox", name="Choose an agent").click()
    page.get_by_role("option", name=re.compile(socket.gethostname())).first.click()
    page.get_by_role("button", name="Read a sample").click()
    expect(page.get_by_test_id("tried-counts")).to_contain_text("30 read")
    visit.check()
