"""Whole processes for tests: started, watched, killed by their own id, never left behind."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import httpx

T = TypeVar("T")

START_S = 40.0


_RESERVED: list[socket.socket] = []


def free_port() -> int:
    """Return a port of loopback that this process keeps: nobody is given it, though a server may take it.

    A socket that is bound and does not listen stays on it until the process ends. Linux then hands the
    port to no `bind` to port 0 and to no outgoing connection, such as those of tests beside this one,
    but lets a socket with SO_REUSEADDR listen. Elsewhere the port is only likely to stay free.
    """
    keeper = socket.socket()
    keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    keeper.bind(("127.0.0.1", 0))
    port = int(keeper.getsockname()[1])
    if sys.platform == "linux":
        _RESERVED.append(keeper)
    else:
        keeper.close()
    return port


def wait_for(
    what: str, look: Callable[[], T | None], deadline_s: float = 20.0, *, every_s: float = 0.02
) -> T:
    """Return the first true value of `look`; fail with what was waited for after the deadline.

    A look that costs much, at what is watched or here, is taken less often.
    """
    end = time.monotonic() + deadline_s
    while not (value := look()):
        assert time.monotonic() < end, f"not within {deadline_s:g} s: {what}"
        time.sleep(every_s)  # noqa: TID251 polls a condition with a deadline
    return value


def wait_while_moving(
    what: str, look: Callable[[], T | None], progress: Callable[[], object], stalled_s: float = 60.0
) -> T:
    """Return the first true value of `look`; fail when `progress` says the same for `stalled_s`.

    For a backlog: how long it is, and how long the way to its end, depends on what else the machine
    does. That it ends at all is the test's claim.
    """
    moved, said = time.monotonic(), progress()
    while not (value := look()):
        if (says := progress()) != said:
            moved, said = time.monotonic(), says
        assert time.monotonic() < moved + stalled_s, f"nothing moves for {stalled_s:g} s at {said}: {what}"
        time.sleep(0.02)  # noqa: TID251 polls a condition with a deadline
    return value


class Program:
    """One run of `muster` or of a script; its output goes to a file that failures show."""

    def __init__(self, argv: list[str], log: Path, environ: Mapping[str, str] | None = None) -> None:
        self.log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=clean_environ() | dict(environ or {}),
            )

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def kill(self) -> None:
        """End it as a power failure would."""
        self.process.kill()
        self.process.wait(10)

    def stop(self, deadline_s: float = 10.0) -> int:
        """End it as Ctrl-C would; return the exit code."""
        self.process.terminate()
        try:
            return self.process.wait(deadline_s)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"did not stop within {deadline_s:g} s\n{self.tail()}") from None

    def tail(self) -> str:
        return self.log.read_text(errors="replace")[-4000:]


class Site:
    """A server with its data directory, on a port of its own."""

    def __init__(self, directory: Path, *options: str) -> None:
        self.directory = directory
        self.data = directory / "data"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.options = options
        self.server: Program | None = None
        self.http = httpx.Client(base_url=self.url, timeout=20, trust_env=False)

    def __enter__(self) -> "Site":
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()
        if self.server is not None and self.server.alive:
            self.server.kill()

    def start(self, environ: Mapping[str, str] | None = None, *, wait: bool = True) -> Program:
        argv = [*MUSTER, "server", "--data", str(self.data), "--port", str(self.port), *self.options]
        self.server = Program(argv, self.directory / "server.log", environ)
        if wait:
            self.wait_ready()
        return self.server

    def wait_ready(self) -> None:
        server = self.server
        assert server is not None

        def ready() -> bool:
            assert server.alive, f"the server ended\n{server.tail()}"
            try:
                return self.http.get("/ready").status_code == 200
            except httpx.TransportError:
                return False

        wait_for("the server is ready", ready, START_S)

    def server_lives(self) -> None:
        assert self.server is not None
        assert self.server.alive, f"the server ended\n{self.server.tail()}"

    def token(self, *scopes: str) -> str:
        """Make a token with the command line; works while the server runs."""
        options = [option for scope in scopes for option in ("--scope", scope)]
        argv = ["token", "create", "--data", str(self.data), "--name", "test", *options]
        return muster(*argv).stdout.strip()

    def token_file(self, *scopes: str) -> Path:
        path = self.directory / f"token-{'-'.join(scopes).replace(':', '-')}"
        path.write_text(self.token(*scopes))
        return path

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.http.get(path, **options)


MUSTER = (sys.executable, "-m", "muster")


def muster(
    *arguments: str, environ: Mapping[str, str] | None = None, code: int = 0
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end and check its exit code."""
    done = subprocess.run(
        [*MUSTER, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        env=clean_environ() | dict(environ or {}),
        check=False,
    )
    assert done.returncode == code, f"exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


def clean_environ() -> dict[str, str]:
    """Return this process's environment without settings of Muster."""
    return {key: value for key, value in os.environ.items() if not key.startswith("MUSTER_")}
