"""The command for a sample: refusals, a process that hangs or dies, and an answer."""

import asyncio
import sys
from pathlib import Path

import msgspec

from muster.agent.runners.kinds import Kinds
from muster.agent.runners.logs import LogKind
from muster.agent.tryout import Sampling
from muster.failpoints import ignore
from muster.model.ids import CommandId
from muster.model.link import SAMPLE, Command, CommandResult
from muster.pipeline.tryout.messages import Lines, Sampled

DIES = (sys.executable, "-c", "import os; os.abort()")
WAITS = (sys.executable, "-c", "import signal; signal.pause()")


def ask(
    argument: str, *, allow: tuple[str, ...] = ("file",), paths: str = "/", argv: tuple[str, ...] = ()
) -> CommandResult:
    kinds = Kinds([LogKind(ignore, allowed_paths=[paths])], allow)
    more = {"argv": argv, "sample_s": 0.3} if argv else {"sample_s": 60.0}
    sampling = Sampling(kinds, [paths], **more)  # type: ignore[arg-type]
    command = Command(id=CommandId("1"), kind=SAMPLE, argument=argument)
    return asyncio.run(sampling.run_command(command))


def asked(path: Path | str) -> str:
    config = {"reader": {"mode": "file", "log_path": str(path)}}
    return msgspec.json.encode({"config": config, "max_lines": 2}).decode()


def test_lines_of_a_real_file(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text("1\n2\n3\n")
    result = ask(asked(tmp_path / "a.log"))
    assert result.ok, result.message
    assert msgspec.json.decode(result.report or "", type=Sampled).lines == [
        Lines(str(tmp_path / "a.log"), ["2", "3"])
    ]


def test_refusals_say_why(tmp_path: Path) -> None:
    outside = ask(asked("/etc/hostname"), paths=str(tmp_path))
    assert not outside.ok
    assert outside.message == "/etc/hostname: the agent's own settings do not allow it (agent.allow_paths)"
    assert "agent.allow_runners" in ask(asked("/x"), allow=("metric",)).message
    assert "cannot be read" in ask("{").message
    assert "names no reader" in ask('{"config": {}}').message


def test_a_process_that_hangs_or_dies_costs_nothing_else() -> None:
    assert "more than 0.3 s" in ask(asked("/x"), argv=WAITS).message
    assert "polars is missing" in ask(asked("/x"), argv=DIES).message
    assert "can be started" in ask(asked("/x"), argv=("/no/such/program",)).message
