"""Pictures of every page for docs/screenshots: light and dark, wide and narrow, of the demo.

Run it with `make screenshots`; look at each of them afterwards.
"""

import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import httpx
from PIL import Image
from playwright.sync_api import Browser, Page, StorageState, expect, sync_playwright

from tests.e2e.releases import copy_libraries, make_package
from tests.processes import MUSTER, Program, Site, muster, wait_for
from tests.ui.conftest import FLAGS, sign_in_link
from tests.ui.sample import settle

DIRECTORY = Path(__file__).parents[2] / "docs/screenshots"
SIZES = {"wide": (1280, 860), "narrow": (390, 844)}
SCHEMES = ("light", "dark")
COLORS = 256
PATIENCE_MS = 60_000
KEPT_S = 900
"""So long the demo may take until all that the pictures show is there."""

TROUBLES = {"runner", "disk", "silent", "errors"}
OFFERED = "0.2.0"
FAILING, BUSY, LEAKING = "demo-web-10", "demo-web-05", "demo-queue-04"
PATTERN = "nginx-access"


def leave(page: Page) -> None:
    """Show the page as it is."""


class Shot(NamedTuple):
    """A picture: its name, the address with host names in braces, and what is done there first."""

    name: str
    path: str
    do: Callable[[Page], None] = leave


def open_error(page: Page) -> None:
    """Open the newest row that tells of a failed checkout."""
    page.get_by_role("grid", name=re.compile("Log rows")).get_by_text(re.compile("checkout of")).first.click()
    page.get_by_role("button", name=re.compile("Only rows with service")).wait_for()


def open_event(page: Page) -> None:
    """Open an event of the shop with its proof."""
    page.get_by_role("grid", name=re.compile("Audit events")).get_by_text("shop").first.click()
    panel = page.get_by_role("region", name="Event")
    panel.get_by_text("Proven: this event is in the log").wait_for()


def await_check(page: Page) -> None:
    """Wait until the configuration is checked."""
    page.get_by_text("Nothing wrong").wait_for()


def try_lines(page: Page) -> None:
    """Try the configuration with lines of a machine."""
    more = page.get_by_text("Try and more")
    if more.is_visible():
        more.click()
    page.get_by_text("Agent", exact=True).last.click()
    page.get_by_role("combobox", name="Choose an agent").click()
    page.get_by_role("option", name=re.compile(BUSY)).first.click()
    page.get_by_role("button", name="Read a sample").click()
    page.get_by_label("Fields by colour").wait_for()
    page.get_by_label("Fields by colour").scroll_into_view_if_needed()


def make_command(page: Page) -> None:
    """Make the command that brings a machine in."""
    page.get_by_role("button", name="Make the command").click()
    page.get_by_role("figure", name="Command that starts the agent").wait_for()


SHOTS = (
    Shot("overview", "/"),
    Shot("hosts", f"/hosts/{{{FAILING}}}?range=1h"),
    Shot("hosts-quarter", f"/hosts/{{{FAILING}}}?range=15m"),
    Shot("hosts-six-hours", f"/hosts/{{{BUSY}}}?range=6h"),
    Shot("hosts-week", f"/hosts/{{{LEAKING}}}?range=7d"),
    Shot("logs", "/logs"),
    Shot("logs-row", "/logs?q=level:error", open_error),
    Shot("events", "/events?range=7d"),
    Shot("audit", "/audit"),
    Shot("audit-proof", "/audit?app=shop&kind=OrderRefunded", open_event),
    Shot("add", "/add"),
    Shot("add-command", "/add", make_command),
    Shot("fleet", "/fleet"),
    Shot("fleet-configs", "/fleet/configs"),
    Shot("fleet-configs-edit", f"/fleet/configs/{PATTERN}", await_check),
    Shot("fleet-configs-try", f"/fleet/configs/{PATTERN}", try_lines),
    Shot("fleet-configs-revisions", "/fleet/configs/shop?tab=revisions"),
    Shot("fleet-tags", "/fleet/tags"),
    Shot("fleet-runners", "/fleet/runners"),
    Shot("fleet-releases", "/fleet/releases"),
    Shot("fleet-changes", "/fleet/changes"),
    Shot("settings", "/settings"),
    Shot("settings-storage", "/settings?part=storage"),
    Shot("settings-collection", "/settings?part=collection"),
)
SIGN_IN = Shot("sign-in", "/sign-in")


class DemoSite(Site):
    """`muster up --demo`."""

    def start(self, environ: Mapping[str, str] | None = None, *, wait: bool = True) -> Program:
        argv = [*MUSTER, "up", "--demo", "--open", "--data", str(self.data)]
        argv += ["--port", str(self.port)]
        self.server = Program(argv, self.directory / "server.log", environ)
        if wait:
            self.wait_ready()
        return self.server

    def client(self) -> httpx.Client:
        """Return a client that may see everything."""
        token = wait_for("the demo's token", lambda: read(self.data / "demo-token"), 60)
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=60, trust_env=False)


def read(path: Path) -> str:
    """Return what a file holds, nothing when it is not there."""
    return path.read_text().strip() if path.exists() else ""


def offer_package(site: DemoSite, directory: Path) -> None:
    """Offer a newer version of the agent."""
    key = directory / "release.key"
    package = directory / f"muster-agent-{OFFERED}-linux-x86_64-cp311.zip"
    make_package(copy_libraries(directory / "libraries"), package, OFFERED)
    muster("release", "keygen", str(key))
    muster("release", "sign", "--key", str(key), str(package))
    muster("release", "add", "--data", str(site.data), str(package), "--message", "Reads the journal faster")


def hosts(client: httpx.Client) -> dict[str, str]:
    """Return ids by host names."""
    return {each["hostname"]: each["id"] for each in client.get("/v1/api/agents").json()["agentList"]}


def is_told(site: DemoSite, client: httpx.Client) -> bool:
    """Tell whether a week is drawn and everything that shall need attention does."""
    if not (site.data / "demo/told").exists():
        return False
    lines = client.get("/console/v1/attention").json()["lines"]
    asked = {"metric": "cpu.used_percent", "agent": BUSY}
    for span in ("-1h", "-6h", "-7d"):
        series = client.get("/api/metrics", params={**asked, "from": span}).json()["series"]
        if not series or sum(value is None for value in series[0]["values"]) > 6:
            return False
    return {line["kind"] for line in lines} >= TROUBLES


def take(page: Page, target: Path) -> None:
    """Keep what is in sight, with few colours, so that the repository stays small."""
    picture = Image.open(BytesIO(page.screenshot()))
    picture.convert("RGB").quantize(COLORS, dither=Image.Dither.NONE).save(target, optimize=True)


def sign_in(browser: Browser, site: Site) -> StorageState:
    """Return what keeps a browser signed in."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(sign_in_link(site))
    page.get_by_role("navigation").first.wait_for()
    cookies = context.storage_state()
    context.close()
    return cookies


def take_all(browser: Browser, site: Site, ids: Mapping[str, str], directory: Path) -> None:
    """Take every page in every look."""
    cookies = sign_in(browser, site)
    for scheme in SCHEMES:
        for size, (width, height) in SIZES.items():
            for storage, shots in ((None, (SIGN_IN,)), (cookies, SHOTS)):
                context = browser.new_context(
                    storage_state=storage,
                    viewport={"width": width, "height": height},
                    color_scheme="dark" if scheme == "dark" else "light",
                    reduced_motion="reduce",
                )
                context.set_default_timeout(PATIENCE_MS)
                for shot in shots:
                    page = context.new_page()
                    page.goto(site.url + re.sub(r"{([^}]+)}", lambda found: ids[found[1]], shot.path))
                    settle(page)
                    shot.do(page)
                    settle(page)
                    take(page, directory / f"{shot.name}-{size}-{scheme}.png")
                    page.close()
                context.close()


def main(directory: Path) -> None:
    """Start a demo, let it come to life, and take the pictures."""
    directory.mkdir(parents=True, exist_ok=True)
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    expect.set_options(timeout=PATIENCE_MS)
    with (
        tempfile.TemporaryDirectory(prefix="muster-screenshots-") as data,
        sync_playwright() as playwright,
    ):
        site = DemoSite(Path(data))
        server = site.start()
        try:
            offer_package(site, Path(data))
            with site.client() as client:
                wait_for("all that the pictures show", lambda: is_told(site, client), KEPT_S, every_s=2)
                ids = hosts(client)
            browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
            take_all(browser, site, ids, directory)
            browser.close()
        finally:
            server.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DIRECTORY)
