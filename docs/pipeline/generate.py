"""Writes the reference of the pipeline from specs and golden cases: `python docs/pipeline/generate.py`."""

import inspect
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from muster.pipeline.component import Spec
from muster.pipeline.levels import LEVEL_FIELDS
from muster.pipeline.log_columns import MESSAGE_FIELDS
from muster.pipeline.log_times import TIME_FIELDS
from muster.pipeline.options import Option, options_of
from muster.pipeline.parsers import PARSERS
from muster.pipeline.readers import READERS
from muster.pipeline.senders import SENDERS
from muster.pipeline.spec import CleanerSpec, RouterSpec, RunnerSpec
from muster.pipeline.transforms import TRANSFORMS

HERE = Path(__file__).parent
GOLDEN = HERE.parent.parent / "tests" / "golden" / "pipeline"
MARK = "<!-- Made by generate.py from the specs in src/muster/pipeline and tests/golden/pipeline. -->"

KINDS = {"readers": READERS, "parsers": PARSERS, "transforms": TRANSFORMS, "senders": SENDERS}
ABOUT = {
    "readers": "A reader says where lines come from: section `reader`, named by `mode`.",
    "parsers": (
        "A parser takes lines apart: section `parser`, named by `type`; without it, `raw`. What is nested\n"
        "gets dotted names (`request.method`), lists are kept as JSON text. A line that cannot be parsed is\n"
        "kept: the line in `pandora_stash`, the reason in `parse_error`."
    ),
    "transforms": (
        "A transform changes fields: list `transforms`, in order, named by `type`. The key of an object\n"
        "stands for all fields in it. Where a result would take a name that the row has already, it gets a\n"
        "number behind it (`name1`). A row without the field is left as it is, and so is what cannot be\n"
        "changed."
    ),
    "senders": (
        "A sender says where rows go: list `senders`, named by `sender_type`. Without the list rows go to\n"
        "the agent's server, exactly once; to others they go at least once: after a crash some may come\n"
        "twice."
    ),
}

ROW = f"""Lines pass the transforms of stage `before_parser`, the parser, and the other transforms; then
each is a row of the log:

- The time is that of the first of these fields that holds one, else when the line was read:
  {", ".join(f"`{each}`" for each in TIME_FIELDS)}. Numbers count seconds, milliseconds, microseconds or
  nanoseconds since 1970, by their size.
- The message is the first of these fields that there is, else the whole line:
  {", ".join(f"`{each}`" for each in MESSAGE_FIELDS)}.
- The level is that of the first of these fields that holds one:
  {", ".join(f"`{each}`" for each in LEVEL_FIELDS)}; else it is looked
  for at the begin of the message, unless that is a line which a parser took apart.
- What became time, message or level is not repeated among the fields; empty fields are left out."""


def pages() -> dict[str, str]:
    """Return the text of each page by its file name."""
    made = {f"{kind}.md": _page(kind, specs) for kind, specs in KINDS.items() if specs}
    made["runner.md"] = _runner()
    return made


def _page(kind: str, specs: tuple[type[Spec], ...]) -> str:
    parts = [f"# {kind.capitalize()}", MARK, ABOUT[kind]]
    common = _common(specs)
    if common:
        parts += [f"## Options of all {kind}", _table(specs[0], common)]
    for spec in specs:
        own = [each for each in msgspec.structs.fields(spec) if each.encode_name not in common]
        parts += [f"## {spec.TYPES[0]}", inspect.cleandoc(spec.__doc__ or "")]
        if len(spec.TYPES) > 1:
            parts.append(f"Other names: {', '.join(f'`{each}`' for each in spec.TYPES[1:])}.")
        if own:
            parts.append(_table(spec, [each.encode_name for each in own]))
        parts += _examples(kind, spec)
    return "\n\n".join(parts) + "\n"


def _runner() -> str:
    parts = ["# The configuration of a log runner", MARK]
    parts.append(
        "A JSON object with the sections below and `reader`, `parser`, `transforms` and `senders`. Values\n"
        'may be written as text (`"true"`, `"100"`); an empty text stands for the default; unknown keys are\n'
        "refused."
    )
    parts += ["## What becomes of a line", ROW]
    for title, spec in (("Options", RunnerSpec), ("`cleaner`", CleanerSpec), ("`router`", RouterSpec)):
        names = [each.encode_name for each in msgspec.structs.fields(spec)]
        parts += [f"## {title}", inspect.cleandoc(spec.__doc__ or ""), _table(spec, names)]
    return "\n\n".join(parts) + "\n"


def _common(specs: tuple[type[Spec], ...]) -> list[str]:
    """Return the options that every spec has."""
    first = [each.encode_name for each in msgspec.structs.fields(specs[0])]
    others = [{each.encode_name for each in msgspec.structs.fields(spec)} for spec in specs]
    return [name for name in first if len(specs) > 1 and all(name in names for names in others)]


def _table(spec: type[Spec], names: list[str]) -> str:
    lines = ["| option | type | default | what it does |", "|---|---|---|---|"]
    for each in options_of(spec):
        if each.name in names:
            description = _cell(each.description)
            lines.append(f"| `{each.name}` | {_kind(each)} | {_default(each)} | {description} |")
    return "\n".join(lines)


def _kind(option: Option) -> str:
    """Return the type of an option in words."""
    if option.choices:
        return _cell(", ".join(f"`{each}`" for each in option.choices))
    return " or ".join(option.types)


def _default(option: Option) -> str:
    if option.is_required:
        return "required"
    return "" if option.default is None else f"`{_cell(json.dumps(option.default))}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _examples(kind: str, spec: type[Spec]) -> Iterator[str]:
    """Yield each golden case of a component as an example."""
    for case in sorted((GOLDEN / kind / spec.TYPES[0]).glob("*/spec.json")):
        yield f"Example: {case.parent.name.replace('_', ' ')}"
        yield _fenced("json", _compact(json.loads(case.read_text(encoding="utf-8"))))
        given, expected = case.with_name("input.json"), case.with_name("expected.json")
        if given.is_file() and expected.is_file():
            rows = json.loads(given.read_text(encoding="utf-8"))
            yield "makes of"
            yield _fenced(
                "text", "\n".join(each if isinstance(each, str) else _compact(each) for each in rows)
            )
            rows = json.loads(expected.read_text(encoding="utf-8"))
            yield "these rows:" if rows else "no row."
            if rows:
                yield _fenced("json", "\n".join(_compact(each) for each in rows))


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _fenced(language: str, text: str) -> str:
    return f"```{language}\n{text}\n```"


def main() -> None:
    """Write the pages."""
    for name, text in pages().items():
        (HERE / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
