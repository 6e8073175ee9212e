import os
from pathlib import Path

import pyarrow as pa
import pytest

from muster.store.telemetry.scratch import Scratch

LARGE = pa.table({"n": list(range(50_000)), "text": ["line"] * 50_000})
SMALL = pa.concat_tables([LARGE.slice(3, 2), LARGE.slice(9, 1)])


def read_rows(scratch: Scratch) -> pa.Table:
    with Path(scratch.path).open("rb") as file:
        return pa.ipc.open_stream(file).read_all()


@pytest.mark.parametrize("in_memory", [True, False])
def test_it_holds_what_was_written_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_memory: bool
) -> None:
    if not in_memory:
        monkeypatch.delattr(os, "memfd_create", raising=False)
    scratch = Scratch(tmp_path)
    assert bool(list(tmp_path.iterdir())) is not (in_memory and hasattr(os, "memfd_create"))
    for rows in (LARGE, SMALL):
        scratch.write_rows(rows)
        assert read_rows(scratch).equals(rows)
    scratch.write_lines([b"one\ntwo\n", b"three", b"four\n"])
    assert Path(scratch.path).read_bytes() == b"one\ntwo\nthree\nfour\n"
    scratch.close()
    assert list(tmp_path.iterdir()) == []
