"""Fields that a runner adds to each row, whatever its lines hold (behaviour 3b)."""

from collections.abc import Mapping

import msgspec

from muster.pipeline.batch import READ_AT, LineBatch, add_fields, add_source, first_of, to_field_name
from muster.pipeline.records import value_text
from muster.pipeline.spec import RunnerSpec
from muster.pipeline.times import write_layout

READ_TIME = "lst"


def runner_tags(
    runner: RunnerSpec, environment: Mapping[str, str], machine: Mapping[str, str]
) -> dict[str, str]:
    """Return the fields that `extra_info` asks for: those of the machine, and those of `env_tag`.

    `machine` has core, hostname, osinfo and localip. A variable that is no JSON object adds nothing.
    """
    if not runner.extra_info:
        return {}
    tags = {f"{runner.internal_key_prefix}{name}": value for name, value in machine.items()}
    try:
        found = msgspec.json.decode(
            environment.get(runner.env_tag, "{}"), type=dict[str, str | int | float | bool]
        )
    except (msgspec.DecodeError, UnicodeEncodeError):
        found = {}
    return tags | {to_field_name(name): value_text(value) for name, value in found.items()}


class TagStage:
    """Adds fields that are the same for each row, where it came from, and when it was read; data wins."""

    def __init__(self, tags: Mapping[str, str], *, source_field: str = "", read_time_field: str = "") -> None:
        self._tags = tags
        self._source_field = source_field
        self._read_time_field = read_time_field

    def __call__(self, batch: LineBatch) -> LineBatch:
        """Return the batch with the fields."""
        batch = add_fields(batch, self._tags)
        if self._source_field:
            batch = add_source(batch, self._source_field)
        if self._read_time_field:
            times = write_layout(batch.rows.get_column(READ_AT), "").alias(self._read_time_field)
            rows = batch.rows
            if self._read_time_field in rows.columns:
                times = first_of(rows.get_column(self._read_time_field), times)
            batch = batch.with_rows(rows.with_columns(times))
        return batch
