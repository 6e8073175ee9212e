"""Which kinds of runners this agent has, and which its own settings allow."""

from collections.abc import Sequence

import msgspec

from muster.agent.runners.kind import Config, RunnerKind
from muster.model.runner_kinds import METRIC, kind_of


class Kinds:
    """All kinds. What `allowed` lacks never runs here, whatever the server wants."""

    def __init__(self, kinds: Sequence[RunnerKind], allowed: Sequence[str]) -> None:
        self.all = tuple(kinds)
        self._by_name = {name: kind for kind in kinds for name in kind.kinds}
        self._allowed = frozenset(allowed)

    def choose(self, text: str) -> tuple[RunnerKind, Config] | str:
        """Return how to run the JSON of a configuration, or why this agent cannot."""
        config = _decode(text)
        if isinstance(config, str):
            return f"the configuration cannot be read: {config}"
        name = kind_of(config)
        if not name:
            return "the configuration names no reader: expected reader.mode or metric"
        if name not in self._allowed:
            return f"the agent's own settings do not allow {name!r} (agent.allow_runners)"
        kind = self._by_name.get(name)
        if kind is None:
            return f"this agent has no reader {name!r}"
        return "; ".join(kind.check(config)) or (kind, config)


def reads_rows(text: str) -> bool:
    """Tell whether the JSON of a configuration is of a runner that reads rows, and takes no samples."""
    config = _decode(text)
    return not isinstance(config, str) and kind_of(config) not in ("", METRIC)


def _decode(text: str) -> Config | str:
    """Return a configuration, or what is wrong with it."""
    try:
        config = msgspec.json.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        return str(error)
    return config if isinstance(config, dict) else "expected an object"
