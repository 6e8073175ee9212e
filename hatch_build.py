"""Packages carry the built console, so that their users never need Node."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ConsoleIsBuilt(BuildHookInterface):  # type: ignore[type-arg]
    """Refuses to make a package without the console. An editable install of a clone may lack it."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Raise when a wheel or source archive would have no console."""
        index = Path(self.root) / "src/muster/api/console/dist/index.html"
        if version != "editable" and not index.is_file():
            raise RuntimeError("the web console is not built; run `make web` first, or `make package`")
