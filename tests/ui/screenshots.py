"""Pictures of every page for docs/screenshots: light and dark, wide and narrow, of made-up data.

Run it with `make screenshots`; look at each of them afterwards.
"""

import shutil
import sys
import tempfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.processes import MUSTER, Program, Site, wait_for
from tests.ui.conftest import FLAGS, sign_in_link
from tests.ui.sample import CONFIG, PATHS, fill, settle

DIRECTORY = Path(__file__).parents[2] / "docs/screenshots"
SIZES = {"wide": (1280, 860), "narrow": (390, 844)}
SCHEMES = ("light", "dark")
COLORS = 256
LOOKS = 30
"""So many samples of this machine are waited for: about five minutes."""
SIGN_IN = "/sign-in"
MORE = {
    "/hosts/{host}?range=15m": "hosts-quarter",
    "/logs?q=level:error": "logs-search",
    "/settings?part=storage": "settings-storage",
    f"/fleet/configs/{CONFIG}?tab=revisions": "fleet-configs-revisions",
}


class DemoSite(Site):
    """`muster up --demo`."""

    def start(self, environ: Mapping[str, str] | None = None, *, wait: bool = True) -> Program:
        argv = [*MUSTER, "up", "--demo", "--open", "--data", str(self.data)]
        argv += ["--port", str(self.port)]
        self.server = Program(argv, self.directory / "server.log", environ)
        if wait:
            self.wait_ready()
        return self.server


def looks(site: Site) -> int:
    """Return how many samples of this machine are stored of the last quarter of an hour."""
    answer = site.get("/api/metrics", params={"metric": "cpu.used_percent", "from": "-15m"})
    series = answer.json().get("series", [])
    return sum(value is not None for each in series for value in each["values"])


def name_of(path: str) -> str:
    """Return what a page's pictures are called."""
    if path in MORE:
        return MORE[path]
    parts = [part for part in path.replace("/{host}", "").split("/") if part]
    return "-".join(parts) or "overview"


def take(page: Page, target: Path) -> None:
    """Keep what is in sight, with few colours, so that the repository stays small."""
    picture = Image.open(BytesIO(page.screenshot()))
    picture.convert("RGB").quantize(COLORS, dither=Image.Dither.NONE).save(target, optimize=True)


def take_all(browser: Browser, site: Site, host: str, directory: Path) -> None:
    """Take every page in every look."""
    signing_in = browser.new_context()
    page = signing_in.new_page()
    page.goto(sign_in_link(site))
    page.get_by_role("navigation").first.wait_for()
    cookies = signing_in.storage_state()
    signing_in.close()
    for path in (SIGN_IN, *PATHS, *MORE):
        for scheme in SCHEMES:
            for name, (width, height) in SIZES.items():
                context = browser.new_context(
                    storage_state=None if path == SIGN_IN else cookies,
                    viewport={"width": width, "height": height},
                    color_scheme="dark" if scheme == "dark" else "light",
                    reduced_motion="reduce",
                )
                page = context.new_page()
                page.goto(site.url + path.format(host=host))
                settle(page)
                take(page, directory / f"{name_of(path)}-{name}-{scheme}.png")
                context.close()


def main(directory: Path) -> None:
    """Start a demo, fill it, and take the pictures."""
    directory.mkdir(parents=True, exist_ok=True)
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    with (
        tempfile.TemporaryDirectory(prefix="muster-screenshots-") as data,
        DemoSite(Path(data)) as site,
        sync_playwright() as playwright,
    ):
        server = site.start()
        try:
            host = fill(site, rows=2_000)
            wait_for("curves, not dots", lambda: looks(site) >= LOOKS, 900, every_s=1)
            browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
            take_all(browser, site, host, directory)
            browser.close()
        finally:
            server.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DIRECTORY)
