"""The console's scripts and style sheets: from memory, and compressed once for all who come."""

import asyncio
import gzip
import mimetypes
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import zstandard
from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from muster.api.http.compress import MIN_BYTES, choose_encoding

FOREVER = {"cache-control": "public, max-age=31536000, immutable", "vary": "accept-encoding"}
"""The name of a file has a hash of its content."""

PACKERS: Mapping[str, Callable[[bytes], bytes]] = {
    "zstd": lambda body: zstandard.ZstdCompressor(level=15).compress(body),
    "gzip": lambda body: gzip.compress(body, compresslevel=8, mtime=0),
    "": bytes,
}
PACKED = (".js", ".css", ".svg", ".json")


class Assets:
    """The files of a directory. Used on the event loop only."""

    def __init__(self, directory: Path) -> None:
        """Reads them. Blocks. Raises OSError."""
        self._files = {path.name: path.read_bytes() for path in directory.iterdir() if path.is_file()}
        self._packing: dict[tuple[str, str], asyncio.Task[bytes]] = {}

    async def read(self, name: str, accepted: str) -> tuple[bytes, str]:
        """Return a file for an `Accept-Encoding`, and its encoding, empty: as it is.

        Raises NotFoundException.
        """
        body = self._files.get(name)
        if body is None:
            raise NotFoundException(f"no file {name}")
        is_packed = name.endswith(PACKED) and len(body) >= MIN_BYTES
        encoding = choose_encoding(accepted) if is_packed else ""
        key = name, encoding
        if key not in self._packing:
            self._packing[key] = asyncio.create_task(asyncio.to_thread(PACKERS[encoding], body))
        return await asyncio.shield(self._packing[key]), encoding


def assets_handler(directory: Path) -> Any:
    """Return the route of the files of a directory. Blocks. Raises OSError."""
    assets = Assets(directory)

    @get("/assets/{name:str}", include_in_schema=False)
    async def asset(name: FromPath[str], request: Request[Any, Any, Any]) -> Response[bytes]:
        """Return a file."""
        body, encoding = await assets.read(name, request.headers.get("accept-encoding", ""))
        headers = FOREVER | ({"content-encoding": encoding} if encoding else {})
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        return Response(body, media_type=kind, headers=headers)

    return asset
