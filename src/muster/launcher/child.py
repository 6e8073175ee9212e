"""A process of the agent, which does not outlive the launcher."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from typing import IO

STOP_S = 10.0
_PR_SET_PDEATHSIG = 1


class Child:
    """Runs a command. With `listen`, what it writes to standard error is passed on and remembered."""

    def __init__(self, command: Sequence[str], *, listen: bool = False) -> None:
        self.last_line = ""
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE if listen else None,
            preexec_fn=_end_with(os.getpid()) if sys.platform == "linux" else None,  # noqa: PLW1509
        )
        self._listener: threading.Thread | None = None
        if self._process.stderr is not None:
            self._listener = threading.Thread(target=self._pass_on, args=(self._process.stderr,), daemon=True)
            self._listener.start()

    def wait(self, timeout_s: float | None = None) -> int | None:
        """Return the exit code, negative for a signal; None when it still runs after the time."""
        try:
            code = self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return None
        if self._listener is not None:
            self._listener.join(1.0)
        return code

    def signal(self, number: int) -> None:
        """Pass a signal on; one for a process that has ended is dropped."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(number)

    def stop(self) -> None:
        """End it, by force when it does not end within 10 s."""
        self.signal(signal.SIGTERM)
        if self.wait(STOP_S) is None:
            self.signal(signal.SIGKILL)
            self.wait()

    def _pass_on(self, stream: IO[bytes]) -> None:
        with stream:
            for line in stream:
                with contextlib.suppress(OSError, ValueError):
                    sys.stderr.write(line.decode(errors="replace"))
                    sys.stderr.flush()
                if text := line.decode(errors="replace").strip():
                    self.last_line = text[:500]


def _end_with(launcher: int):  # type: ignore[no-untyped-def]
    """Return what makes the kernel end the new process when the launcher ends, however that comes."""
    prctl = ctypes.CDLL(None).prctl

    def before_it_starts() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != launcher:
            os._exit(1)

    return before_it_starts
