"""Rows that agents lost while this server watched: what it refused for good, what no spool had room for.

An agent's own counts only rise: what was lost long ago looks there like what is lost now. In memory.
"""

from collections.abc import Sequence

import msgspec

from muster.model.ids import AgentId
from muster.model.link import StreamLedger


class Loss(msgspec.Struct, frozen=True, kw_only=True):
    """`quarantined` rows were refused by the server, `thinned` ones given up by a full spool.

    They were lost between `since_us` and `last_us` (Unix microseconds).
    """

    quarantined: int
    thinned: int
    since_us: int
    last_us: int


class Losses:
    """What each agent lost. Used on the event loop only."""

    def __init__(self) -> None:
        self._losses: dict[AgentId, Loss] = {}

    def note(
        self, agent_id: AgentId, before: Sequence[StreamLedger], after: Sequence[StreamLedger], now_us: int
    ) -> None:
        """Take a new ledger of an agent; a count that fell began anew."""
        old = {ledger.stream: ledger for ledger in before}
        quarantined = thinned = 0
        for ledger in after:
            known = old.get(ledger.stream)
            quarantined += _rise(known.quarantined if known else 0, ledger.quarantined)
            thinned += _rise(known.thinned if known else 0, ledger.thinned)
        if not quarantined and not thinned:
            return
        lost = self._losses.get(agent_id)
        self._losses[agent_id] = Loss(
            quarantined=quarantined + (lost.quarantined if lost else 0),
            thinned=thinned + (lost.thinned if lost else 0),
            since_us=lost.since_us if lost else now_us,
            last_us=now_us,
        )

    def of(self, agent_id: AgentId, *, after_us: int) -> Loss | None:
        """Return what an agent lost, None when it lost nothing after a time."""
        lost = self._losses.get(agent_id)
        return lost if lost is not None and lost.last_us >= after_us else None


def _rise(before: int, after: int) -> int:
    return after - before if after >= before else after
