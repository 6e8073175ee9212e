"""The console's files: one page for every path that a person can open, and the assets it loads."""

import secrets
from pathlib import Path
from typing import Any

from litestar import Response, get
from litestar.response import File, Redirect

from muster.api.console.assets import assets_handler

BUILT = Path(__file__).with_name("dist")
"""Where `make web` puts the console."""

PAGES = [
    *("/", "/sign-in", "/hosts/{name:str}", "/logs"),
    *("/add", "/events", "/audit", "/settings"),
    *("/fleet", "/fleet/configs", "/fleet/configs/{name:str}"),
    *("/fleet/tags", "/fleet/runners", "/fleet/releases", "/fleet/changes"),
]
"""Paths that a person can open."""

NONCE = "__CSP_NONCE__"

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def page_handlers(built: Path = BUILT) -> list[Any]:
    """Return the handlers of the pages; when the console is not built, `/` leads to the documentation."""
    index = built / "index.html"
    if not index.is_file():
        return [to_docs, to_console]
    template = index.read_text(encoding="utf-8")

    @get(PAGES, include_in_schema=False)
    async def page() -> Response[str]:
        """Return the page; it finds out from its address what to show."""
        nonce = secrets.token_urlsafe(16)
        headers = {
            "Content-Security-Policy": POLICY.format(nonce=nonce),
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
        }
        return Response(template.replace(NONCE, nonce), media_type="text/html", headers=headers)

    icon = built / "muster.svg"

    @get("/muster.svg", include_in_schema=False)
    async def icon_file() -> File:
        """Return the icon of the page."""
        return File(icon, media_type="image/svg+xml", content_disposition_type="inline")

    return [page, icon_file, to_console, assets_handler(built / "assets")]


@get("/", include_in_schema=False)
async def to_docs() -> Redirect:
    """Lead to the documentation."""
    return Redirect("/docs", status_code=302)


@get("/admin", include_in_schema=False)
async def to_console() -> Redirect:
    """Lead to the console: clients of older systems ask here whether a server lives."""
    return Redirect("/", status_code=302)
