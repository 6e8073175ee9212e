"""Every route that a page of the documentation names with its method is one of the OpenAPI document."""

import re
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted({ROOT / "README.md", *(ROOT / "docs").rglob("*.md")} - {ROOT / "docs/grok.md"})
ROUTE = re.compile(r"`(GET|POST|PUT|PATCH|DELETE) (/[^`\s]*)[^`]*`")
PREFIXES = ("", "/v1/api")
"""docs/fleet.md leaves the prefix of its routes out, and says so."""
NAMED = re.compile(r"\{[^}]*\}|<[^>]*>")


def shape(path: str) -> str:
    """Return a path with `{}` for each of its parameters: `{NAME}`, `ID`, `<id>`."""
    path = NAMED.sub("{}", re.split(r"[?\[]", path)[0]).rstrip("/") or "/"
    return "/".join("{}" if part.isupper() or "{}" in part else part for part in path.split("/"))


@pytest.fixture(scope="module")
def routes(admin: httpx.Client) -> set[tuple[str, str]]:
    paths = admin.get("/openapi.json").json()["paths"]
    return {(method.upper(), shape(path)) for path, operations in paths.items() for method in operations}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_routes_are_there(page: Path, routes: set[tuple[str, str]]) -> None:
    told = ROUTE.findall(page.read_text(encoding="utf-8"))
    assert [
        f"{method} {path}"
        for method, path in told
        if not any((method, shape(prefix + path)) in routes for prefix in PREFIXES)
    ] == []


def test_a_wrong_route_would_be_found(routes: set[tuple[str, str]]) -> None:
    assert ("GET", shape("/reports/{ID}.json")) in routes
    assert ("GET", shape("/api/metrics?metric=NAME")) in routes
    assert ("POST", shape("/api/metrics")) not in routes
