"""A draft, open: its stages one by one, so that each can be looked at and blamed."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from muster.errors import InvalidInput
from muster.pipeline.batch import LINE, LineBatch
from muster.pipeline.component import Problem, Spec, Surroundings
from muster.pipeline.parsers.parser import ParserSpec, ParseStage
from muster.pipeline.parsers.raw import RawSpec
from muster.pipeline.spec import Config, check, read_config
from muster.pipeline.tags import READ_TIME, TagStage
from muster.pipeline.transforms.transform import TransformSpec, TransformStage
from muster.pipeline.tryout.messages import DraftError

TIMED_S = 0.2
"""About so long a cost is measured."""

TIMED_ROWS, TIMED_BYTES = 50_000, 8 * 1024 * 1024

NO_READER = {"mode": "file", "log_path": "/"}
PARSER = "parser"

Stage = Callable[[LineBatch], LineBatch]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Draft:
    """The stages of a configuration in their order, by name. A failed line is never dropped by them."""

    config: Config
    parser: ParserSpec
    around: Surroundings
    stages: Sequence[tuple[str, Stage]]

    def __call__(self, batch: LineBatch) -> LineBatch:
        """Return the batch behind all stages."""
        for _, stage in self.stages:
            batch = stage(batch)
        return batch


@dataclass(slots=True)
class _Opening:
    around: Surroundings
    problems: list[Problem] = field(default_factory=list)

    def open(self, key: str, make: Callable[[], T]) -> T | None:
        """Return what is made, or note why that cannot be. Raises EngineMissing."""
        try:
            return make()
        except InvalidInput as error:
            self.problems.append(Problem(key, error.message))
        return None


def open_draft(
    config: Mapping[str, Any], files: Mapping[str, str] | None, now: Callable[[], datetime]
) -> tuple[Draft | None, list[DraftError]]:
    """Return a configuration, open, or all that is wrong with it. One without a reader will do.

    `files` are the texts of the files that it may read. Raises EngineMissing.
    """
    whole = config if config.get("reader") else {**config, "reader": NO_READER}
    problems = check(whole)
    if problems:
        return None, [to_error(problem) for problem in problems]
    read = read_config(whole)
    opening = _Opening(Surroundings(now=now, read_file=lambda path: _text_of(path, files)))
    parser = _parser_of(read)
    stages = _open_stages(read, parser, opening)
    if opening.problems:
        return None, [to_error(problem) for problem in opening.problems]
    return Draft(read, parser, opening.around, stages), []


def to_error(problem: Problem) -> DraftError:
    """Return a problem as it is answered."""
    return DraftError(key=problem.path, message=problem.message, nearest=problem.nearest or None)


def files_of(config: Config) -> list[str]:
    """Return the files that a configuration reads besides those of its reader."""
    specs: tuple[Spec, ...] = (config.parser, *config.transforms)
    return [path for spec in specs for path in spec.files()]


def lines_per_s(draft: Draft, batch: LineBatch) -> float | None:
    """Return how many lines a second the stages take on one processor, from some repeats of a batch."""
    height = batch.rows.height
    if not height:
        return None
    began_s = time.perf_counter()
    draft(batch)
    once_s = max(time.perf_counter() - began_s, 1e-6)
    size = batch.rows.get_column(LINE).str.len_bytes().sum() + 1
    repeats = int(min(TIMED_S / once_s, TIMED_ROWS / height, TIMED_BYTES / size))
    if repeats > 1:
        import polars

        batch = batch.with_rows(polars.concat([batch.rows] * repeats, rechunk=True))
        began_s = time.perf_counter()
        draft(batch)
        once_s = max(time.perf_counter() - began_s, 1e-6)
    return round(batch.rows.height / once_s, 1)


def _open_stages(config: Config, parser: ParserSpec, opening: _Opening) -> list[tuple[str, Stage]]:
    around = opening.around
    transforms = [
        (f"transforms[{index}]", spec)
        for index, spec in enumerate(config.transforms)
        if isinstance(spec, TransformSpec)
    ]
    found: list[tuple[str, Stage | None]] = []

    def add_transforms(*, is_before: bool) -> None:
        for key, spec in transforms:
            if spec.is_before == is_before:
                stage = opening.open(key, lambda spec=spec: TransformStage([spec], around))  # type: ignore[misc]
                found.append((f"{key} {spec.TYPES[0]}", stage))

    add_transforms(is_before=True)
    found.append((PARSER, opening.open(PARSER, lambda: ParseStage(parser, around))))
    tags = _tags_of(config)
    if tags is not None:
        found.append(("tags", tags))
    add_transforms(is_before=False)
    return [(name, stage) for name, stage in found if stage is not None]


def _tags_of(config: Config) -> TagStage | None:
    source = getattr(config.reader, "datasource_tag", "")
    read_time = f"{config.runner.internal_key_prefix}{READ_TIME}" if config.runner.read_time else ""
    return TagStage({}, source_field=source, read_time_field=read_time) if source or read_time else None


def _parser_of(config: Config) -> ParserSpec:
    if config.runner.send_raw or not isinstance(config.parser, ParserSpec):
        return RawSpec(timestamp=False)
    return msgspec.structs.replace(config.parser, disable_record_errdata=False)


def _text_of(path: str, files: Mapping[str, str] | None) -> str:
    if files is None:
        raise InvalidInput(f"{path} is a file of the agents: name one, to try it there")
    if path not in files:
        raise InvalidInput(f"{path}: the agent cannot read it")
    return files[path]
