"""The console's files: one page for every path that a person can open, and the assets it loads."""

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.response import File, Redirect
from litestar.types import ExceptionHandlersMap

from muster.api.console.assets import assets_handler

BUILT = Path(__file__).with_name("dist")
"""Where `make web` puts the console."""

PAGES = [
    *("/", "/sign-in", "/hosts/{name:str}", "/logs"),
    *("/add", "/events", "/audit", "/settings"),
    *("/fleet", "/fleet/configs", "/fleet/configs/{name:str}"),
    *("/fleet/tags", "/fleet/runners", "/fleet/releases", "/fleet/changes", "/fleet/shut-out"),
]
"""Paths that a person can open."""

NONCE = "__CSP_NONCE__"

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def page_handlers(built: Path = BUILT) -> list[Any]:
    """Return the handlers of the pages; when the console is not built, `/` leads to the documentation."""
    make_page = _page_maker(built)
    if make_page is None:
        return [to_docs, to_console]

    @get(PAGES, include_in_schema=False)
    async def page() -> Response[str]:
        """Return the page; it finds out from its address what to show."""
        return make_page(200)

    icon = built / "muster.svg"

    @get("/muster.svg", include_in_schema=False)
    async def icon_file() -> File:
        """Return the icon of the page."""
        return File(icon, media_type="image/svg+xml", content_disposition_type="inline")

    return [page, icon_file, to_console, assets_handler(built / "assets")]


def missing_page_handlers(
    otherwise: Callable[[Request[Any, Any, Any], Exception], Response[Any]], built: Path = BUILT
) -> ExceptionHandlersMap:
    """Return the handler of addresses without a route: a browser is shown the page, which says so itself."""
    make_page = _page_maker(built)
    if make_page is None:
        return {}

    def answer(request: Request[Any, Any, Any], error: NotFoundException) -> Response[Any]:
        is_visit = request.method == "GET" and "text/html" in request.headers.get("accept", "")
        return make_page(404) if is_visit else otherwise(request, error)

    return {NotFoundException: answer}


def _page_maker(built: Path) -> Callable[[int], Response[str]] | None:
    """Return what makes the page under a fresh policy, for a status; None when the console is not built."""
    index = built / "index.html"
    if not index.is_file():
        return None
    template = index.read_text(encoding="utf-8")

    def make_page(status: int) -> Response[str]:
        nonce = secrets.token_urlsafe(16)
        headers = {
            "Content-Security-Policy": POLICY.format(nonce=nonce),
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
        }
        content = template.replace(NONCE, nonce)
        return Response(content, status_code=status, media_type="text/html", headers=headers)

    return make_page


@get("/", include_in_schema=False)
async def to_docs() -> Redirect:
    """Lead to the documentation."""
    return Redirect("/docs", status_code=302)


@get("/admin", include_in_schema=False)
async def to_console() -> Redirect:
    """Lead to the console: clients of older systems ask here whether a server lives."""
    return Redirect("/", status_code=302)
