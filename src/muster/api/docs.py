"""OpenAPI: the document, and interactive documentation from local files."""

from pathlib import Path
from typing import Any

import swagger_ui
from litestar import Request, get
from litestar.enums import OpenAPIMediaType
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin, SwaggerRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.router import Router
from litestar.static_files import create_static_files_router

from muster import __version__

ASSETS = "/docs/assets"


def openapi_config() -> OpenAPIConfig:
    """Return the configuration of `/openapi.json` and `/docs`."""
    return OpenAPIConfig(
        title="Muster",
        version=__version__,
        description="One self-hosted server for a fleet of machines.",
        components=Components(
            security_schemes={"token": SecurityScheme(type="http", scheme="bearer")},
        ),
        security=[{"token": []}, {}],
        path="/docs",
        render_plugins=[
            SwaggerRenderPlugin(
                js_url=f"{ASSETS}/swagger-ui-bundle.js",
                css_url=f"{ASSETS}/swagger-ui.css",
                standalone_preset_js_url=f"{ASSETS}/swagger-ui-standalone-preset.js",
                favicon=f'<link rel="icon" type="image/png" href="{ASSETS}/favicon-32x32.png">',
                path="/",
            ),
            JsonRenderPlugin(path="/openapi.json"),
        ],
    )


@get("/openapi.json", include_in_schema=False, media_type=OpenAPIMediaType.OPENAPI_JSON)
async def openapi_document(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """Return the OpenAPI document of every route."""
    return request.app.openapi_schema.to_schema()


def docs_assets() -> Router:
    """Return the route that serves the documentation's script and style sheet."""
    directory = Path(swagger_ui.__file__).parent / "static"
    return create_static_files_router(
        path=ASSETS, directories=[directory], include_in_schema=False, name="docs-assets"
    )
