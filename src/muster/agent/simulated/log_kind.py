"""Log runners on made-up machines: all is the real agent's, but for the files they read."""

import errno
import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from muster.agent.runners.kind import Config, Job
from muster.agent.runners.logs import LogKind
from muster.agent.simulated.lines import iter_lines
from muster.agent.simulated.machine import SimulatedMachine
from muster.failpoints import ignore
from muster.model.link import Command, CommandResult

if TYPE_CHECKING:
    from muster.pipeline.log_runner import LogRunner

FORBIDDEN = ("/var/log/auth.log",)
SAMPLE_S = 3_600.0
"""Lines of so long are what a try-out may have."""


class SimulatedLogKind(LogKind):
    """Runs `{"reader": {...}, ...}` with files that are made up.

    `since_s`: where a new runner begins to read (Unix seconds), None: now.
    """

    def __init__(self, machine: SimulatedMachine, since_s: float | None) -> None:
        super().__init__(ignore)
        self._machine = machine
        self._since_s = since_s

    def _open(self, config: Config, stored: Mapping[str, str], job: Job) -> "LogRunner":
        """Return the real runner with a made-up reader. Raises OSError for a file that may not be read."""
        from muster.agent.simulated.log_reader import MadeUpRunner
        from muster.pipeline.spec import read_config
        from muster.pipeline.tags import runner_tags

        since_s = self._since_s if self._since_s is not None else job.clock.now_us() / 1e6
        facts = self._machine.facts()
        machine = {"core": "4", "hostname": facts.hostname, "osinfo": facts.platform}
        return MadeUpRunner(
            config,
            stored,
            machine=self._machine,
            since_s=since_s,
            now=lambda: datetime.fromtimestamp(job.clock.now_us() / 1e6, UTC),
            tags=runner_tags(read_config(config).runner, {}, machine),
        )


def check_readable(path: str) -> None:
    """Raises PermissionError for a file that only root may read, as the agent of a machine would."""
    if path in FORBIDDEN:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)


class SimulatedSampling:
    """Answers commands for a sample with lines of a made-up file."""

    def __init__(self, machine: SimulatedMachine, now_s: Callable[[], float]) -> None:
        self._machine = machine
        self._now_s = now_s

    async def run_command(self, command: Command) -> CommandResult:
        """Return the newest lines of the file that the draft names."""
        asked: dict[str, Any] = msgspec.json.decode(command.argument)
        path = str(asked.get("config", {}).get("reader", {}).get("log_path", ""))
        file = self._machine.files.get(path)
        if file is None:
            message = f"{path}: there is nothing to read, or no whole line"
            return CommandResult(id=command.id, ok=False, message=message[:1000])
        to_s = self._now_s()
        found = iter_lines(file, self._machine.file_key(path), to_s - SAMPLE_S, to_s, self._machine.fails)
        lines = [line for _, line in found][-int(asked.get("max_lines", 100)) :]
        said = {"lines": [{"source": path, "lines": lines}], "files": {}, "notes": []}
        return CommandResult(id=command.id, ok=True, report=msgspec.json.encode(said).decode())
