"""`python -m muster.launcher --data DIR -- OPTIONS OF THE AGENT`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from muster import __version__
from muster.launcher.run import USAGE, Launcher

WINDOW_S = 60.0


def main(words: Sequence[str]) -> int:
    """Run the launcher and return its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m muster.launcher",
        description="Run the agent, and change its version when it asks for that.",
    )
    parser.add_argument("--data", metavar="DIR", type=Path, required=True, help="The agent's data directory.")
    parser.add_argument(
        "--window-s",
        metavar="S",
        type=float,
        default=WINDOW_S,
        help="A new version must check in within so long, while the server can be reached. [default: 60]",
    )
    parser.add_argument("arguments", metavar="OPTION", nargs="*", help="Options of the agent, after --.")
    given = parser.parse_args(words)
    launcher = Launcher(
        given.data.absolute(), given.arguments, base_version=__version__, window_s=given.window_s
    )
    try:
        return launcher.run()
    except OSError as error:
        sys.stderr.write(f"muster launcher: {given.data}: {error}\n")
        return USAGE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
