"""The agent: collects on one machine, keeps what it collected, sends it."""

import sys

# httpx offers a command line of its own when rich is installed; loading that costs an agent 6 MB.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
