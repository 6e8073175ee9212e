import importlib.util
from pathlib import Path

import pytest

DOCS = Path(__file__).parent.parent.parent / "docs" / "pipeline"


def generated() -> dict[str, str]:
    spec = importlib.util.spec_from_file_location("generate_pipeline_docs", DOCS / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.pages()


@pytest.mark.parametrize("name", sorted(generated()))
def test_reference_is_what_the_specs_say(name):
    stored = (DOCS / name).read_text(encoding="utf-8")
    assert stored == generated()[name], "stale: run python docs/pipeline/generate.py"


def test_every_option_is_described():
    for name, text in generated().items():
        rows = [line for line in text.splitlines() if line.startswith("| `")]
        assert rows
        assert [line for line in rows if line.endswith("|  |")] == [], name
