"""Every pattern of the library takes what it should and nothing else."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from muster.pipeline.grok import Grok
from muster.pipeline.grok.library import FILES, standard
from muster.pipeline.grok.reference import BEGIN, to_markdown

GOLDEN = Path(__file__).parents[1] / "golden" / "grok"
WORDS: dict[str, dict[str, list[str]]] = tomllib.loads((GOLDEN / "words.toml").read_text())
LINES: list[dict[str, Any]] = tomllib.loads((GOLDEN / "lines.toml").read_text())["line"]


@pytest.mark.parametrize("name", WORDS)
def test_a_pattern_takes_whole_texts(name: str) -> None:
    grok = Grok([rf"\A%{{{name}}}\z"])
    taken = {text for text in WORDS[name]["yes"] + WORDS[name]["no"] if grok.match_one(text) is not None}
    assert taken == set(WORDS[name]["yes"])


@pytest.mark.parametrize("line", LINES, ids=lambda line: line["pattern"][:40])
def test_a_line_becomes_fields(line: dict[str, Any]) -> None:
    assert Grok([line["pattern"]]).match_one(line["text"]) == line.get("fields")


@pytest.mark.parametrize("name", standard())
def test_every_pattern_can_be_used(name: str) -> None:
    Grok([f"%{{{name}:all}}"])


def test_the_examples_are_of_patterns_that_exist() -> None:
    assert set(WORDS) <= set(standard())
    assert len(WORDS) >= 100


def test_no_pattern_is_defined_twice() -> None:
    root = Path(__file__).parents[2] / "src/muster/pipeline/grok/patterns"
    assert {path.stem for path in root.iterdir()} == set(FILES)
    lines = [line for file in FILES for line in (root / f"{file}.txt").read_text().splitlines()]
    names = [line.split(" ")[0] for line in lines if line and not line.startswith("#")]
    assert sorted(names) == sorted(set(names))
    assert len(names) >= 329


def test_the_reference_shows_the_library() -> None:
    page = (Path(__file__).parents[2] / "docs" / "grok.md").read_text()
    assert page[page.index(BEGIN) :] == to_markdown()
