"""Each reader has an example in the reference, which describes something that can be opened and read."""

import json
from pathlib import Path
from typing import Any

import pytest

from muster.pipeline.readers import READERS
from muster.pipeline.readers.file_options import FileOptions
from muster.pipeline.readers.reader import Place
from muster.pipeline.spec import READER, read_component

GOLDEN = Path(__file__).parents[1] / "golden" / "pipeline" / "readers"
CASES = sorted(GOLDEN.glob("*/*/spec.json"))


def test_each_reader_has_one() -> None:
    assert {case.parent.parent.name for case in CASES} == {spec.TYPES[0] for spec in READERS}


@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(case.parts[-3:-1]))
def test_an_example_is_read(case: Path, tmp_path: Path) -> None:
    """Those of files are read with files where they say; of the others, other tests read the same."""
    options: dict[str, Any] = json.loads(case.read_text())
    assert options["mode"] == case.parent.parent.name
    path = options.get("log_path", "").replace("/var/log", str(tmp_path))
    spec, problems = read_component(READER, options | ({"log_path": path} if path else {}), "reader")
    assert problems == []
    if not isinstance(spec, FileOptions):
        return
    (tmp_path / "app").mkdir()
    reader = spec.open({}, Place())
    reader.read(1000)
    log = tmp_path / "app" / "app.log"
    log.write_text("2026-11-21 one\nmore\n2026-11-22 two\n")
    later = Place(now_s=lambda: log.stat().st_mtime + 10)
    reader.close()
    reader = spec.open({"begun": "1.0"}, later)  # type: ignore[assignment]
    found = [line for segment in reader.read(1000).segments for line in segment.lines]
    reader.close()
    whole = ["2026-11-21 one\nmore"] if spec.head_pattern else ["2026-11-21 one", "more", "2026-11-22 two"]
    assert found == whole
