"""The page that brings in machines: its command is run as it stands there, and the machine shows up."""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from muster.agent.unit import unreachable_part
from tests.processes import Program, Site, muster, wait_for
from tests.ui.conftest import Visit, sign_in_link

WIDE_ONLY = pytest.mark.parametrize("look", ["light-1400"], indirect=True)
TOKEN = re.compile(r"muster_[0-9a-f]{12}_[A-Za-z0-9_-]{43}")


class Shells:
    """Runs what was copied, with `muster` on the path as after `. .venv/bin/activate`."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.running: list[Program] = []
        programs = directory / "bin"
        programs.mkdir()
        (programs / "muster").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m muster "$@"\n')
        (programs / "muster").chmod(0o755)
        self.path = f"{programs}:{os.environ['PATH']}"

    def run(self, copied: str, name: str) -> Program:
        place = self.directory / name
        place.mkdir()
        script = f"cd '{place}' && exec env {copied}"
        program = Program(["/bin/sh", "-c", script], place / "log", {"PATH": self.path})
        self.running.append(program)
        return program


@pytest.fixture
def shells(tmp_path: Path) -> Iterator[Shells]:
    shells = Shells(tmp_path)
    yield shells
    for program in shells.running:
        if program.alive:
            program.stop()


def make_command(page: Page) -> str:
    page.get_by_role("button", name="Make the command").click()
    return page.get_by_role("figure", name="Command that starts the agent").locator("code").inner_text()


@WIDE_ONLY
def test_the_copied_command_brings_a_machine_in(visit: Visit, shells: Shells) -> None:
    page = visit.page
    page.goto(f"{visit.site.url}/add")
    copied = make_command(page)
    expect(page.get_by_text("Waiting for the machine")).to_be_visible()
    visit.picture("add-waiting")
    program = shells.run(copied, "first")
    arrivals = page.get_by_role("list", name="Machines that arrived")
    link = arrivals.get_by_role("link")
    expect(link).to_be_visible(timeout=20_000)
    expect(arrivals.get_by_text("figures arrive")).to_be_visible(timeout=20_000)
    expect(page.get_by_text("The machine is here.")).to_be_visible()
    visit.picture("add-arrived")
    link.click()
    expect(page).to_have_url(re.compile(r"/hosts/[0-9a-f]{32}"))
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Add a machine")
    page.go_back()
    expect(arrivals.get_by_role("link")).to_be_visible()
    expect(page.get_by_role("figure")).to_have_count(0)
    assert program.alive
    visit.check()


@WIDE_ONLY
def test_a_used_command_says_so_on_both_sides(visit: Visit, shells: Shells) -> None:
    page = visit.page
    page.goto(f"{visit.site.url}/add?tags=%5B%22rack%22%5D")
    copied = make_command(page)
    shells.run(copied, "first")
    expect(page.get_by_text("The machine is here.")).to_be_visible(timeout=20_000)
    second = shells.run(copied, "second")
    wait_for("the second is told why", lambda: "all the machines that it may" in second.tail(), 20)
    tagged = visit.page.request.get(f"{visit.site.url}/console/v1/agents").json()["agents"]
    assert sum("rack" in agent["tags"] for agent in tagged) == 1
    page.get_by_role("button", name="Make another command").first.click()
    expect(page.get_by_role("button", name="Make the command")).to_be_visible()
    visit.check()


@WIDE_ONLY
def test_a_revoked_command_says_so(visit: Visit) -> None:
    page = visit.page
    page.goto(f"{visit.site.url}/add")
    copied = make_command(page)
    found = TOKEN.search(copied)
    assert found
    muster("token", "revoke", "--data", str(visit.site.data), found[0].split("_")[1])
    expect(page.get_by_text("The command's token was revoked")).to_be_visible(timeout=10_000)
    visit.check()


@WIDE_ONLY
def test_the_commands_of_a_service_write_a_unit(visit: Visit, tmp_path: Path) -> None:
    page = visit.page
    page.goto(f"{visit.site.url}/add?way=service&server=http://muster.example:8080")
    page.get_by_role("button", name="Make the command").click()
    lines = (
        page.get_by_role("figure", name="Command that starts the agent").locator("code").inner_text()
    ).split("\n")
    token_file, unit = tmp_path / "token", tmp_path / "muster-agent.service"
    token_file.write_text(lines[0].split()[1])
    assert TOKEN.fullmatch(token_file.read_text())
    install = lines[1].split()
    assert install[:4] == ["sudo", "/opt/muster/.venv/bin/muster", "agent", "install"]
    assert install[-2:] == ["--token-file", lines[0].split()[-1]]
    done = muster(
        *install[2:-2], "--token-file", str(token_file), "--unit-path", str(unit), code=service_code()
    )
    if service_code() == 0:
        assert "--server http://muster.example:8080" in unit.read_text()
        assert done.stdout.split("\n")[:2] == [line.removeprefix("sudo ") for line in lines[2:]]
    visit.check()


def service_code() -> int:
    """Return how `muster agent install` ends here: 2 where a service's user cannot enter this Python."""
    return 0 if unreachable_part(Path(sys.executable)) is None else 2


def test_the_page_fits_the_window(visit: Visit, look: str) -> None:
    page = visit.page
    page.goto(f"{visit.site.url}/add")
    page.get_by_role("button", name="Make the command").wait_for()
    visit.picture(f"add-{look}")
    make_command(page)
    expect(page.get_by_text("Waiting for the machine")).to_be_visible()
    width = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert width <= 0
    visit.picture(f"add-made-{look}")
    visit.check()


@WIDE_ONLY
def test_an_empty_fleet_shows_the_same(browser: Browser, tmp_path: Path, shells: Shells, look: str) -> None:
    with Site(tmp_path) as site:
        site.start()
        context = browser.new_context(reduced_motion="reduce")
        page = context.new_page()
        page.goto(sign_in_link(site))
        expect(page.get_by_role("heading", name="No machine yet")).to_be_visible()
        copied = make_command(page)
        shells.run(copied, "first")
        expect(page.get_by_role("heading", name="No machine yet")).to_be_hidden(timeout=20_000)
        context.close()
