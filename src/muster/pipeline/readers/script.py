"""The reader `script`: runs a program at times; what it writes are lines."""

import contextlib
import os
import select
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

from msgspec import Meta, field

from muster.errors import InvalidInput
from muster.pipeline.component import Problem
from muster.pipeline.durations import duration_problems, parse_duration_s
from muster.pipeline.readers.file_options import check_allowed
from muster.pipeline.readers.polling import MAX_BYTES, Fetched, Polling
from muster.pipeline.readers.reader import Place, ReaderSpec
from muster.pipeline.readers.schedule import parse_schedule

BLOCK_BYTES = 65_536
LOOK_S = 0.1
ERROR_BYTES = 1000


class ScriptSpec(ReaderSpec, frozen=True, kw_only=True):
    """Runs a program at times; each line that it writes is a row.

    Off unless the agent's own settings name `script` in `allow_runners`; the interpreter and the script
    must be among its `allow_paths`. A run that takes too long, or writes more than 8 MiB, is ended with all
    processes of its group. What a run wrote that was not spooled when the agent is killed is lost.
    """

    TYPES = ("script",)

    interpreter: Annotated[str, Meta(description="Absolute path of what runs the script")] = field(
        default="/bin/bash", name="script_exec_interprepter"
    )
    log_path: Annotated[str, Meta(description="The script; or else `script_content`")] = ""
    script_content: Annotated[str, Meta(description="The text of the script")] = ""
    script_params: Annotated[str, Meta(description="Arguments, separated by blanks")] = ""
    script_cron: Annotated[
        str,
        Meta(description="When: `@every 1m`, `loop 10s`, @hourly, or second minute hour day month weekday"),
    ] = "@every 1m"
    script_timeout: Annotated[str, Meta(description="How long a run may take")] = "5s"
    script_exec_onstart: Annotated[bool, Meta(description="Run at each start of the runner, too")] = True

    def problems(self) -> Iterator[Problem]:
        """Yield what cannot be run, too."""
        yield from ReaderSpec.problems(self)
        yield from duration_problems({"script_timeout": self.script_timeout}, may_be_zero=False)
        if bool(self.log_path) == bool(self.script_content):
            yield Problem("log_path", "expected either it or script_content")
        if not self.interpreter.startswith("/"):
            yield Problem("script_exec_interprepter", "expected an absolute path")
        try:
            parse_schedule(self.script_cron)
        except ValueError as error:
            yield Problem("script_cron", str(error))

    def open(self, positions: Mapping[str, str], place: Place) -> Polling:
        """Return what reads. Raises InvalidInput for a path that is not allowed or not there."""
        for path in filter(None, (self.interpreter, self.log_path)):
            check_allowed(path, place)
            if not Path(path).is_file():
                raise InvalidInput(f"{path}: no such file")
        return Polling(
            self._run,
            cron=self.script_cron,
            is_at_start=self.script_exec_onstart,
            encoding=self.encoding,
            place=place,
        )

    def _run(self, stop: threading.Event) -> Fetched:
        """Run it once, to its end, or until it must end."""
        name = self.log_path or "script"
        with tempfile.TemporaryFile() as content, tempfile.TemporaryFile() as errors:
            content.write(self.script_content.encode())
            content.flush()
            script = self.log_path or f"/dev/fd/{content.fileno()}"
            try:
                process = subprocess.Popen(
                    [self.interpreter, script, *self.script_params.split()],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=errors,
                    pass_fds=() if self.log_path else (content.fileno(),),
                    start_new_session=True,
                )
            except OSError as error:
                return Fetched(name, troubles=[f"{name}: cannot run: {error.strerror}"])
            try:
                data, why = self._watch(process, stop)
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                code = process.wait()
                process.stdout.close()  # type: ignore[union-attr]
            errors.seek(0)
            said = errors.read(ERROR_BYTES).decode(errors="replace").strip()
        if not why and code:
            why = f"it ended with code {code}"
        return Fetched(name, data, [f"{name}: {why}{f': {said}' if said else ''}"] if why else [])

    def _watch(self, process: "subprocess.Popen[bytes]", stop: threading.Event) -> tuple[bytes, str]:
        """Return what it writes until it ends, and why it had to end."""
        stdout = process.stdout
        assert stdout is not None  # noqa: S101 it is a pipe
        end_s = time.monotonic() + parse_duration_s(self.script_timeout)
        data = b""
        while not stop.is_set():
            is_over = process.poll() is not None
            if select.select([stdout], [], [], 0 if is_over else LOOK_S)[0]:
                block = os.read(stdout.fileno(), BLOCK_BYTES)
                data += block
                if not block and is_over:
                    return data, ""
                if not block:
                    stop.wait(LOOK_S / 10)
            elif is_over:
                return data, ""
            if len(data) > MAX_BYTES:
                return data[:MAX_BYTES], f"it wrote more than {MAX_BYTES} bytes"
            if time.monotonic() > end_s:
                return data, f"it took longer than {self.script_timeout}"
        return data, ""
