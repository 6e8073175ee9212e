"""Lines of this machine for a draft of a configuration: read in a process of its own, nothing is kept."""

import asyncio
import contextlib
import logging
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

import muster
from muster.agent.runners.kind import to_text
from muster.agent.runners.kinds import Kinds
from muster.model.link import Command, CommandResult

SAMPLE_S = 8.0
"""A sample that takes longer is given up: the server waits a little longer."""

MAX_MESSAGE = 1000

_READER = (sys.executable, "-m", "muster.pipeline.tryout.sampling")

_log = logging.getLogger(__name__)


class _Asked(msgspec.Struct, frozen=True):
    config: dict[str, Any]
    max_lines: int = 100


class Sampling:
    """Answers commands for a sample. What this agent's own settings forbid is refused.

    `allow_paths` are the files and directories that may be read.
    """

    def __init__(
        self,
        kinds: Kinds,
        allow_paths: Sequence[str],
        *,
        argv: Sequence[str] = _READER,
        sample_s: float = SAMPLE_S,
    ) -> None:
        self._kinds = kinds
        self._allow_paths = list(allow_paths)
        self._argv = tuple(argv)
        self._sample_s = sample_s

    async def run_command(self, command: Command) -> CommandResult:
        """Read a sample for whoever waits at the server; nothing is spooled, no position moves."""
        try:
            asked = msgspec.json.decode(command.argument, type=_Asked)
        except (msgspec.MsgspecError, RecursionError) as error:
            return _failed(command, f"the command cannot be read: {error}")
        chosen = self._kinds.choose(msgspec.json.encode(asked.config).decode())
        if isinstance(chosen, str):
            return _failed(command, chosen)
        errand = {"config": asked.config, "max_lines": asked.max_lines, "allow_paths": self._allow_paths}
        try:
            said = await self._read(msgspec.json.encode(errand))
        except TimeoutError:
            return _failed(command, f"reading takes more than {self._sample_s:g} s")
        except OSError as error:
            return _failed(command, f"no process for it can be started: {error}")
        return _answered(command, said)

    async def _read(self, errand: bytes) -> bytes:
        """Return what the process says, empty when it dies. Raises OSError, TimeoutError."""
        process = await asyncio.create_subprocess_exec(
            *self._argv, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=_environment()
        )
        try:
            async with asyncio.timeout(self._sample_s):
                said, _ = await process.communicate(errand)
        finally:
            await _end(process)
        return said


def _answered(command: Command, said: bytes) -> CommandResult:
    """Return what the process said as the agent says it."""
    if said[:1] == b"+":
        return CommandResult(id=command.id, ok=True, report=said[1:].decode())
    if said[:1] == b"-":
        return _failed(command, msgspec.json.decode(said[1:], type=dict[str, str])["message"])
    _log.error("the process that reads samples ended without an answer")
    return _failed(command, "reading took too much memory, or polars is missing here (muster[logs])")


def _environment() -> dict[str, str]:
    """Return this process's environment, with this very version of Muster first on its path."""
    home = str(Path(muster.__file__).parent.parent)
    paths = [home, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


async def _end(process: Process) -> None:
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _failed(command: Command, message: str) -> CommandResult:
    return CommandResult(id=command.id, ok=False, message=to_text(message)[:MAX_MESSAGE])
