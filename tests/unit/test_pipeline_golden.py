import json
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from muster.pipeline.batch import LineBatch, Tally, to_batch
from muster.pipeline.component import Surroundings, read_file
from muster.pipeline.parsers import PARSERS
from muster.pipeline.parsers.parser import ParserSpec, ZonedSpec
from muster.pipeline.spec import COMPONENTS
from muster.pipeline.stages import open_stages
from muster.pipeline.transforms import TRANSFORMS
from muster.pipeline.transforms.transform import TransformSpec

GOLDEN = Path(__file__).parent.parent / "golden" / "pipeline"
NOW = datetime(2026, 4, 5, 9, 25, 7, 123456, tzinfo=UTC)
CASES = sorted(each.parent for each in GOLDEN.glob("*/*/*/input.json"))


def load(path):
    return json.loads(path.read_text(encoding="utf-8"))


def config_of(case: Path) -> dict:
    """Objects are fields, texts are lines, when a transform is meant."""
    spec = load(case / "spec.json")
    if case.parent.parent.name == "parsers":
        return {"reader": {"mode": "file", "log_path": "/x"}, "parser": spec}
    is_fields = isinstance(load(case / "input.json")[0], dict)
    parser = {"type": "json"} if is_fields else {"type": "raw", "timestamp": "false"}
    return {"reader": {"mode": "file", "log_path": "/x"}, "parser": parser, "transforms": [spec]}


def run(case: Path, lines: list[str]) -> LineBatch:
    around = Surroundings(now=lambda: NOW, read_file=lambda path: read_file(str(case / path)))
    return open_stages(config_of(case), around)(to_batch(lines, "app.log", NOW))


def fields_of(batch: LineBatch) -> list[dict]:
    if not batch.fields:
        return [{} for _ in range(batch.rows.height)]
    rows = batch.rows.select(batch.fields).rows(named=True)
    return [{name: value for name, value in row.items() if value is not None} for row in rows]


def lines_of(case: Path) -> list[str]:
    return [each if isinstance(each, str) else json.dumps(each) for each in load(case / "input.json")]


@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(case.parts[-3:]))
def test_case(case):
    assert fields_of(run(case, lines_of(case))) == load(case / "expected.json")


@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(case.parts[-3:]))
def test_case_without_lines(case):
    batch = run(case, [])
    assert (batch.rows.height, batch.tally) == (0, Tally())


@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(case.parts[-3:]))
def test_case_with_hostile_lines(case):
    lines = ["\x00", '{"\x01": 1}', "{" * 5000, '"' * 5000, "\ud7ff=\U0001f600", "[" * 5000, "= = =", "%{x}"]
    batch = run(case, [*lines, *lines_of(case)])
    assert batch.tally.read == len(lines) + len(lines_of(case))


def own_options(spec):
    common = {
        name
        for base in (ParserSpec, ZonedSpec, TransformSpec)
        for name in names_of(base)
        if issubclass(spec, base)
    }
    return set(names_of(spec)) - common


def names_of(spec):
    return [each.encode_name for each in msgspec.structs.fields(spec)]


def used_options(folder: Path) -> set[str]:
    return {key for case in folder.glob("*/spec.json") for key in load(case)}


@pytest.mark.parametrize(
    ("kind", "spec"), [("parsers", s) for s in PARSERS] + [("transforms", s) for s in TRANSFORMS]
)
def test_every_option_has_an_example(kind, spec):
    folder = GOLDEN / kind / spec.TYPES[0]
    assert folder.is_dir()
    assert own_options(spec) - used_options(folder) == set()


@pytest.mark.parametrize(("kind", "base"), [("parsers", ZonedSpec), ("transforms", TransformSpec)])
def test_every_common_option_has_an_example(kind, base):
    used = set().union(*(used_options(folder) for folder in (GOLDEN / kind).iterdir()))
    assert set(names_of(base)) - used == set()


def test_every_folder_is_a_component():
    folders = {(each.parent.name, each.name) for each in GOLDEN.glob("*/*")}
    known = {(f"{kind}s", spec.TYPES[0]) for kind, specs in COMPONENTS.items() for spec in specs.values()}
    assert folders - known == set()


def test_values_may_be_text():
    """The original writes every value of a parser as text: all options of the cases read alike."""
    for case in CASES:
        if case.parent.parent.name == "parsers":
            assert all(isinstance(value, str) for value in load(case / "spec.json").values())
