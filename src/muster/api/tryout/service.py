"""The parts behind the routes: a process that tries drafts, agents that lend lines, stored rows."""

import asyncio
import sys
import time
from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec

from muster.api.http.live import Live
from muster.api.http.worker import TooCostly, Worker
from muster.core.fleet.configs import MAX_CONFIG_BYTES, first_beyond_bounds
from muster.core.fleet.plan import Kind
from muster.core.fleet.steering import Steering
from muster.core.logs.ports import LogFilter, LogRow, LogStore, Place
from muster.errors import InvalidInput, NotFound, TooLarge, Unavailable
from muster.model.ids import AgentId
from muster.model.link import SAMPLE
from muster.model.runner_kinds import METRIC
from muster.pipeline.batch import RAW_DATA
from muster.pipeline.component import Problem
from muster.pipeline.readers.reader import ReaderSpec
from muster.pipeline.spec import READER, check, read_component
from muster.pipeline.tryout.draft import to_error
from muster.pipeline.tryout.messages import (
    MAX_STORED_CHARS,
    Backtested,
    BacktestRequest,
    DraftError,
    Failure,
    Sampled,
    SampleRequest,
    StoredLine,
    Tried,
    TryRequest,
)

TRY_S = 5.0
BACKTEST_S = 20.0
WAIT_S = 5.0
IDLE_S = 60.0
"""A process that nobody asked for so long gives its memory back."""

AGENT_S = 10.0
PAGE_ROWS = 1000
DAY_US = 86_400_000_000

_WORKER = (sys.executable, "-m", "muster.pipeline.tryout.process")

A = TypeVar("A", Tried, Backtested)


class AgentSilent(Exception):
    """The agent is offline, or did not answer in time."""


class TryOuts:
    """Holds drafts against lines. Belongs to one event loop; `close` ends its process."""

    def __init__(self, argv: Sequence[str] = _WORKER, *, try_s: float = TRY_S) -> None:
        self._worker = Worker(
            argv, "the process that tries drafts", ask_s=try_s, wait_s=WAIT_S, idle_s=IDLE_S
        )

    async def try_lines(self, request: TryRequest) -> Tried:
        """Return what a draft makes of lines. Raises Unavailable, Overloaded, TooLarge."""
        try:
            return await self._ask(request, Tried, self._worker.ask_s)
        except TooCostly:
            return Tried(errors=[_too_costly(self._worker.ask_s)])

    async def backtest(self, request: BacktestRequest) -> Backtested:
        """Return what a draft makes of stored rows. Raises as `try_lines` does."""
        try:
            return await self._ask(request, Backtested, BACKTEST_S)
        except TooCostly:
            return Backtested(errors=[_too_costly(BACKTEST_S)])

    async def close(self) -> None:
        """End the process, if there is one."""
        await self._worker.close()

    async def _ask(self, request: TryRequest | BacktestRequest, kind: type[A], ask_s: float) -> A:
        said = await self._worker.ask(msgspec.msgpack.encode(request), ask_s)
        if said[:1] == b"+":
            return await asyncio.to_thread(msgspec.json.decode, said[1:], type=kind)
        failure = msgspec.json.decode(said[1:], type=Failure)
        raise (TooLarge if failure.code == TooLarge.code else Unavailable)(failure.message)


class TryOutSurface(msgspec.Struct, frozen=True):
    """What the routes need."""

    tryouts: TryOuts
    steering: Steering
    logs: LogStore
    live: Live

    def agents(self, names: list[str], tags: list[str]) -> frozenset[AgentId] | None:
        """Return the agents of these ids, hostnames and tags; None when there are none of those.

        Raises NotFound.
        """
        if not names and not tags:
            return None
        found: set[AgentId] = set()
        for name in names:
            found |= self._named(name)
        for tag in tags:
            found.update(map(AgentId, self.steering.plan.linked(Kind.TAG_AGENT, tag)))
        return frozenset(found)

    async def sample(
        self, config: dict[str, Any], name: str, max_lines: int, by: str
    ) -> Sampled | DraftError:
        """Return lines of an agent, or why it gives none. Raises AgentSilent, NotFound, InvalidInput."""
        agents = sorted(self._named(name))
        if len(agents) > 1:
            raise InvalidInput(
                f"{len(agents)} agents have this hostname: name one by its id", field="agent_id"
            )
        asked = msgspec.json.encode(SampleRequest(_without_senders(config), max_lines)).decode()
        try:
            result = await self.steering.fleet.ask(agents[0], SAMPLE, asked, by=by, timeout_s=AGENT_S)
        except Unavailable as error:
            raise AgentSilent(error.message) from None
        if not result.ok or result.report is None:
            return DraftError(key="reader", message=f"the agent refuses: {result.message}")
        try:
            return msgspec.json.decode(result.report, type=Sampled)
        except msgspec.MsgspecError as error:
            raise Unavailable(f"what the agent answers cannot be understood: {error}") from None

    async def stored(self, runner: str, agents: frozenset[AgentId] | None, count: int) -> list[StoredLine]:
        """Return the newest rows of a runner, within a bound of bytes. Raises TooLarge, Unavailable."""
        to_us = time.time_ns() // 1000 + DAY_US
        where = LogFilter(from_us=0, to_us=to_us, agents=agents, runners=frozenset({runner}))
        found: list[StoredLine] = []
        size = 0
        before: Place | None = None
        while len(found) < count and size < MAX_STORED_CHARS:
            limit = min(PAGE_ROWS, count - len(found))
            rows = await self.logs.newest(where, before=before, limit=limit)
            for row in rows:
                line = _to_line(row)
                size += len(line.line) + len(line.message) + sum(map(len, line.fields.values()))
                found.append(line)
            if len(rows) < limit:
                break
            before = rows[-1].place
        return found

    def current(self, runner: str) -> dict[str, Any] | None:
        """Return the configuration of a runner as it is now, None when there is none."""
        found = self.steering.plan.config(runner)
        if found is None:
            return None
        return _without_senders(msgspec.json.decode(found.config, type=dict[str, Any]))

    def _named(self, name: str) -> frozenset[AgentId]:
        agents = self.steering.fleet.named(name)
        if not agents:
            raise NotFound(f"no agent {name}")
        return agents


def problems_of(config: dict[str, Any], *, needs_reader: bool) -> list[DraftError]:
    """Return what is wrong with a draft. Raises TooLarge, InvalidInput for one that has no lines."""
    beyond = first_beyond_bounds(config)
    if beyond:
        raise InvalidInput(beyond)
    if len(msgspec.json.encode(config)) > MAX_CONFIG_BYTES:
        raise TooLarge(f"a configuration has at most {MAX_CONFIG_BYTES} bytes")
    if METRIC in config:
        raise InvalidInput("a runner of metrics has no lines to try", field="config")
    if not needs_reader:
        return []
    if not config.get("reader"):
        return [to_error(Problem("reader", "required, to read the agent's files"))]
    problems = check(config)
    if not problems and not can_sample(config["reader"]):
        problems = [Problem("reader.mode", "its lines cannot be read twice; paste some")]
    return [to_error(problem) for problem in problems]


def _without_senders(config: dict[str, Any]) -> dict[str, Any]:
    """Return a configuration without what becomes of its rows, and the secrets in that."""
    return {key: value for key, value in config.items() if key not in ("senders", "router")}


def can_sample(reader: dict[str, Any]) -> bool:
    """Tell whether a reader has lines that are there already.

    Only such a one is sent to an agent: commands are kept, and others may hold secrets.
    """
    spec, _ = read_component(READER, reader, READER)
    return isinstance(spec, ReaderSpec) and type(spec).sample is not ReaderSpec.sample


def _to_line(row: LogRow) -> StoredLine:
    line = row.fields.get(RAW_DATA, row.message)
    return StoredLine(line, row.source, row.place.ts_us, row.level, row.message, dict(row.fields))


def _too_costly(limit_s: float) -> DraftError:
    return DraftError(key="config", message=f"it costs more than {limit_s:g} s or too much memory")
