"""The launcher's work: start a version, watch it, go on with it or go back."""

import contextlib
import fcntl
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from muster.launcher.child import Child
from muster.launcher.reach import is_reachable
from muster.launcher.state import BASE, Files, Order, State
from muster.launcher.trial import Trial, ended

SWITCH = 75
"""The agent's exit code for: start the version that `pending.json` names."""

USAGE = 2
"""Its exit code for settings that cannot be used: starting again does not help."""

MAX_STARTS = 3
"""So often a version is tried when the launcher, or the machine, goes down with it."""

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

QUICK_S = 60.0
QUICK_DEATHS = 5
LONGEST_PAUSE_S = 60.0
LOCK_S = 15.0


class Launcher:
    """Runs one agent until it is told to stop, or the agent ends by itself."""

    def __init__(
        self,
        data: Path,
        arguments: Sequence[str],
        *,
        base_version: str,
        window_s: float,
        base: Sequence[str] = ("-m", "muster"),
        first_pause_s: float = 1.0,
        probe: Callable[[str, str], bool] = is_reachable,
    ) -> None:
        """`window_s`: a new version must check in within so long, while the server can be reached.

        `base` runs the version that the launcher was installed with, `arguments` follow for every version.
        One that dies is started again after `first_pause_s`, which doubles while it dies within a minute.
        """
        self._data = data
        self._files = Files(data)
        self._arguments = arguments
        self._base_version = base_version
        self._window_s = window_s
        self._base = base
        self._first_pause_s = first_pause_s
        self._probe = probe
        self._python = sys.implementation.cache_tag
        self._stopping = threading.Event()
        self._child: Child | None = None

    def run(self) -> int:
        """Return the exit code. Raises OSError when the data directory cannot be used."""
        self._files.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        before = {number: signal.signal(number, self._on_signal) for number in SIGNALS}
        try:
            with _held(self._files.directory / "lock"):
                return self._run()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _run(self) -> int:
        deaths = 0
        while not self._stopping.is_set():
            state = self._take_order(self._usable(self._files.load()))
            started_s = time.monotonic()
            code = self._run_trial(state) if state.trial else self._run_current(state.current)
            if code is None or code == SWITCH:
                continue
            if self._stopping.is_set() or code in (0, USAGE):
                return code
            is_quick = time.monotonic() - started_s < QUICK_S
            deaths = deaths + 1 if is_quick else 1
            pause_s = min(self._first_pause_s * 2.0 ** (deaths - 1), LONGEST_PAUSE_S)
            _say(f"the agent {ended(code)}; it is started again in {pause_s:g} s")
            if deaths >= QUICK_DEATHS and state.current != BASE:
                self._give_up(state, f"it was accepted, but {ended(code)} {deaths} times in a row")
                deaths = 0
            self._stopping.wait(pause_s)
        return 0

    def _usable(self, state: State) -> State:
        """Return the state without a version that cannot run, or that a new installation replaced."""
        if state.current == BASE:
            return state
        reason = ""
        if state.base_version != self._base_version:
            reason = f"Muster {self._base_version} was installed since"
        elif state.python != self._python:
            reason = f"it is for {state.python}, this is {self._python}"
        elif not (self._files.folder(state.current) / "__main__.py").is_file():
            reason = "its folder is gone"
        if not reason:
            return state
        _say(f"not running {state.current}: {reason}")
        return state._replace(current=BASE)

    def _take_order(self, state: State) -> State:
        """Make what the agent asked for the version to try; nothing when that cannot be stored."""
        order = self._files.pending()
        if order is not None:
            wanted = state._replace(trial=order, starts=0)
            state = wanted if self._save(wanted) else state
        self._files.forget_pending()
        return state

    def _run_current(self, name: str) -> int | None:
        return self._start(name).wait()

    def _run_trial(self, state: State) -> int | None:
        """Try a version; return its exit code once it was accepted, None when another must be started."""
        order = state.trial
        assert order is not None  # noqa: S101 the caller looked
        if obstacle := self._obstacle(state, order):
            self._refuse(state, order, obstacle, is_fault=False)
            return None
        _say(f"trying {order.name}")
        child = self._start(order.name, listen=True)
        reason = self._watch(child, order)
        if self._stopping.is_set():
            return child.wait() or 0
        if reason:
            child.stop()
            self._refuse(state, order, reason, is_fault=True)
            return None
        _say(f"{order.name} works")
        self._tell(order, ok=True)
        accepted = State(current=order.name, base_version=self._base_version, python=self._python)
        self._save(accepted)
        return child.wait()

    def _obstacle(self, state: State, order: Order) -> str:
        """Return why a version cannot be tried, nothing when it can; the start is counted then."""
        if state.starts >= MAX_STARTS:
            return f"it did not check in at {state.starts} starts"
        if not (self._files.folder(order.name) / "__main__.py").is_file():
            return "its folder is not there"
        is_counted = self._save(state._replace(starts=state.starts + 1))
        return "" if is_counted else "the launcher's state cannot be stored"

    def _watch(self, child: Child, order: Order) -> str:
        return Trial(
            child,
            is_healthy=lambda: self._files.is_healthy(order.name),
            is_reachable=lambda: self._probe(order.server, order.ca_file),
            window_s=self._window_s,
            stopping=self._stopping,
        ).watch()

    def _refuse(self, state: State, order: Order, reason: str, *, is_fault: bool) -> None:
        _say(f"{order.name} is not used: {reason}; going on with {state.current}")
        self._tell(order, ok=False, reason=reason, is_fault=is_fault)
        self._save(state._replace(trial=None, starts=0))

    def _give_up(self, state: State, reason: str) -> None:
        """Go back to the installed version for good, from one that worked at first."""
        _say(f"{state.current} is not used any more: {reason}")
        if order := self._files.accepted(state.current):
            self._tell(order, ok=False, reason=reason, is_fault=True)
        self._save(state._replace(current=BASE))

    def _start(self, name: str, *, listen: bool = False) -> Child:
        with _held(self._data / "lock"):
            pass  # The agent before has let go of its data.
        arguments = ["agent", "--data", str(self._data), "--launched", name, *self._arguments]
        program = self._base if name == BASE else ["-I", "-S", str(self._files.folder(name))]
        self._child = Child([sys.executable, *program, *arguments], listen=listen)
        if self._stopping.is_set():
            self._child.signal(signal.SIGTERM)
        return self._child

    def _save(self, state: State) -> bool:
        try:
            self._files.save(state)
        except OSError as error:
            _say(f"the state cannot be stored: {error}")
            return False
        return True

    def _tell(self, order: Order, *, ok: bool, reason: str = "", is_fault: bool = False) -> None:
        try:
            self._files.tell(order, ok=ok, reason=reason, is_fault=is_fault)
        except OSError as error:
            _say(f"the outcome cannot be stored: {error}")

    def _on_signal(self, number: int, _frame: object) -> None:
        if number != signal.SIGHUP:
            self._stopping.set()
        if self._child is not None:
            self._child.signal(number)


@contextlib.contextmanager
def _held(path: Path) -> Iterator[None]:
    """Hold a lock file. Raises OSError when another process holds it for longer than 15 s."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        deadline_s = time.monotonic() + LOCK_S
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline_s:
                    raise OSError(f"{path} is held by another process") from None
                threading.Event().wait(0.05)
        yield
    finally:
        os.close(lock)


def _say(text: str) -> None:
    sys.stderr.write(f"muster launcher: {text}\n")
    sys.stderr.flush()
