"""Which kinds of runners this agent has, and which its own settings allow."""

from collections.abc import Sequence

import msgspec

from muster.agent.runners.kind import Config, RunnerKind
from muster.model.runner_kinds import kind_of


class Kinds:
    """All kinds. What `allowed` lacks never runs here, whatever the server wants."""

    def __init__(self, kinds: Sequence[RunnerKind], allowed: Sequence[str]) -> None:
        self.all = tuple(kinds)
        self._by_name = {name: kind for kind in kinds for name in kind.kinds}
        self._allowed = frozenset(allowed)

    def choose(self, text: str) -> tuple[RunnerKind, Config] | str:
        """Return how to run the JSON of a configuration, or why this agent cannot."""
        try:
            config = msgspec.json.decode(text)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            return f"the configuration cannot be read: {error}"
        if not isinstance(config, dict):
            return "the configuration cannot be read: expected an object"
        name = kind_of(config)
        if not name:
            return "the configuration names no reader: expected reader.mode or metric"
        if name not in self._allowed:
            return f"the agent's own settings do not allow {name!r} (agent.allow_runners)"
        kind = self._by_name.get(name)
        if kind is None:
            return f"this agent has no reader {name!r}"
        return "; ".join(kind.check(config)) or (kind, config)
