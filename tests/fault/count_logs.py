"""Count the log rows that a stopped server has stored: `python -m tests.fault.count_logs DATA`.

Standard input is JSON: `Written` by runner. Prints `Account` by runner as JSON. It is a process of its own,
since a process can open one embedded telemetry store only.
"""

import sys
from collections import Counter
from pathlib import Path

import msgspec

from muster.settings import TelemetrySettings
from muster.store.telemetry.clients import TelemetryClients
from tests.fault.log_writers import line_of


class Written(msgspec.Struct):
    """Lines number 0 to `lines` - 1 were written; `destroyed` are those that the writer removed itself."""

    lines: int
    destroyed: list[int]


class Account(msgspec.Struct):
    """What became of lines. `destroyed` were removed by their writer before they were read; `lost`, `doubled`
    and `strange` (rows that are no line that was written) must be 0."""

    lines: int
    stored: int
    destroyed: int
    lost: int
    doubled: int
    strange: int
    examples: list[str]


def account(kind: str, written: Written, stored: Counter[str]) -> Account:
    expected = {line_of(kind, number): number for number in range(written.lines)}
    missing = {number for line, number in expected.items() if line not in stored}
    destroyed = missing & set(written.destroyed)
    doubled = {line: count for line, count in stored.items() if count > 1}
    strange = [line for line in stored if line not in expected]
    return Account(
        lines=written.lines,
        stored=stored.total(),
        destroyed=len(destroyed),
        lost=len(missing - destroyed),
        doubled=sum(doubled.values()) - len(doubled),
        strange=len(strange),
        examples=[
            *(f"lost: {number}" for number in sorted(missing - destroyed)[:5]),
            *(f"doubled: {line}" for line in sorted(doubled)[:5]),
            *(f"strange: {line}" for line in strange[:5]),
        ],
    )


def main(data: Path, written: dict[str, Written]) -> None:
    clients = TelemetryClients(TelemetrySettings(), data, query_timeout_s=lambda: 60)
    try:
        rows = clients.rows("SELECT runner, message, count() FROM logs GROUP BY runner, message")
    finally:
        clients.close()
    stored: dict[str, Counter[str]] = {kind: Counter() for kind in written}
    for runner, message, count in rows:
        stored[str(runner)][str(message)] = int(count)
    accounts = {kind: account(kind, each, stored[kind]) for kind, each in written.items()}
    print(msgspec.json.encode(accounts).decode())


if __name__ == "__main__":
    main(Path(sys.argv[1]), msgspec.json.decode(sys.stdin.buffer.read(), type=dict[str, Written]))
