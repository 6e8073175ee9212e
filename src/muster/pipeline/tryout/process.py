"""The process that tries drafts: `python -m muster.pipeline.tryout.process`; see `pipeline/worker.py`."""

import os

import msgspec

from muster.errors import MusterError
from muster.pipeline.tryout.backtest import backtest
from muster.pipeline.tryout.messages import (
    Backtested,
    BacktestRequest,
    DraftError,
    Failure,
    Tried,
    TryRequest,
)
from muster.pipeline.tryout.trying import try_lines
from muster.pipeline.worker import run

MAX_ANSWER_BYTES = 32 * 1024 * 1024

_requests = msgspec.msgpack.Decoder(TryRequest | BacktestRequest)


def answer(message: bytes) -> bytes:
    """Return the JSON of `Tried` or `Backtested`, or of a `Failure`, led by `+` or `-`."""
    request = _requests.decode(message)
    try:
        made: Tried | Backtested = (
            backtest(request) if isinstance(request, BacktestRequest) else try_lines(request)
        )
        text = msgspec.json.encode(made)
        if len(text) <= MAX_ANSWER_BYTES:
            return b"+" + text
        failure = Failure("too_large", "more came of the lines than can be shown: try fewer")
    except MusterError as error:
        failure = Failure(error.code, error.message)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 the outermost boundary of a draft: a runner would fail so, too
        reason = (str(error).splitlines() or [""])[0][:500]
        wrong = DraftError(key="config", message=f"the engine fails: {type(error).__name__}: {reason}")
        kind = Backtested if isinstance(request, BacktestRequest) else Tried
        return b"+" + msgspec.json.encode(kind(errors=[wrong]))
    return b"-" + msgspec.json.encode(failure)


def main() -> None:
    """Serve this process's standard streams, with the engine loaded."""
    os.environ["POLARS_MAX_THREADS"] = "1"
    parser = {"type": "grok", "grok_patterns": "%{WORD:a}"}
    answer(msgspec.msgpack.encode(TryRequest(config={"parser": parser}, lines=[], now_us=0)))
    run(answer)


if __name__ == "__main__":
    main()
