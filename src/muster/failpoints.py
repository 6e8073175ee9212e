"""Named places where a process can be told to die, so that tests can prove what survives.

A part that has a durability boundary takes a `Reach` and calls it with the name of each place.
In production it is `ignore`; `MUSTER_CRASH_AT=NAME[:N]` makes the process kill itself at the
N-th time (default the first) that NAME is reached. A place that several streams pass has each
stream's own name, too: `NAME@STREAM`.
"""

import os
import signal
import threading
from collections.abc import Callable, Mapping

Reach = Callable[[str], None]

POINTS = (
    "agent.spool.before_commit",
    "agent.spool.after_commit",
    "agent.read.before_spool",
    "agent.read.after_spool",
    "agent.send.before",
    "agent.send.after_reply",
    "agent.delete.after_commit",
    "agent.desired.before_store",
    "agent.desired.after_store",
    "agent.upgrade.unpacked",
    "agent.upgrade.recorded",
    "server.insert.before",
    "server.insert.after",
    "server.mark.before_commit",
    "server.mark.after_commit",
    "server.reply.before",
    "server.audit.before_commit",
    "server.audit.after_commit",
    "server.count.before_commit",
    "server.count.after_commit",
    "server.rollup.before_forget",
    "server.plan.before_commit",
    "server.plan.after_commit",
)


def ignore(name: str) -> None:
    """Do nothing."""


def of_stream(reach: Reach, stream: str) -> Reach:
    """Return a `Reach` for the places that one stream passes."""
    return lambda name: reach(f"{name}@{stream}")


def parse_failpoints(environ: Mapping[str, str]) -> Reach:
    """Return the `Reach` that `MUSTER_CRASH_AT` asks for. Raises ValueError for an unknown name."""
    text = environ.get("MUSTER_CRASH_AT", "")
    if not text:
        return ignore
    name, _, count = text.rpartition(":")
    if not count.isdigit():
        name, count = text, "1"
    if name.partition("@")[0] not in POINTS:
        raise ValueError(f"MUSTER_CRASH_AT: unknown point {name!r}; known: {', '.join(POINTS)}")
    return _crash_at(name, int(count))


def _crash_at(point: str, count: int) -> Reach:
    lock = threading.Lock()
    left = count

    def reach(name: str) -> None:
        nonlocal left
        if point not in (name, name.partition("@")[0]):
            return
        with lock:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    return reach
