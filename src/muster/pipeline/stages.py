"""The stages between a reader and its senders: lines before the parser, the parser, fields behind it."""

from collections.abc import Mapping
from typing import Any

from muster.pipeline.batch import LineBatch
from muster.pipeline.component import Surroundings
from muster.pipeline.grok import engine
from muster.pipeline.parsers.parser import ParserSpec, ParseStage
from muster.pipeline.parsers.raw import RawSpec
from muster.pipeline.spec import Config, read_config
from muster.pipeline.tags import READ_TIME, TagStage
from muster.pipeline.transforms.transform import TransformSpec, TransformStage


class Stages:
    """The parser and the transforms of a runner, ready to run. Keeps nothing between two batches.

    `tags` are fields to add behind the parser (`tags.runner_tags`); `datasource_tag` of the reader and
    `read_time` of the runner are looked after here. The engine is tried out first, whatever the parser:
    on a processor that it does not know it would take the process with it.
    Raises InvalidInput for what only shows here (a missing file), PatternError, EngineMissing.
    """

    def __init__(
        self, config: Config, around: Surroundings | None = None, tags: Mapping[str, str] | None = None
    ) -> None:
        engine.probe()
        around = around or Surroundings()
        parser = RawSpec(timestamp=False) if config.runner.send_raw else config.parser
        transforms = [each for each in config.transforms if isinstance(each, TransformSpec)]
        self._before = TransformStage([each for each in transforms if each.is_before], around)
        self._parse = ParseStage(parser if isinstance(parser, ParserSpec) else RawSpec(), around)
        prefix = config.runner.internal_key_prefix
        self._tag = TagStage(
            tags or {},
            source_field=getattr(config.reader, "datasource_tag", ""),
            read_time_field=f"{prefix}{READ_TIME}" if config.runner.read_time else "",
        )
        self._after = TransformStage([each for each in transforms if not each.is_before], around)

    def __call__(self, batch: LineBatch) -> LineBatch:
        """Return the batch with fields; its tally says what became of each line."""
        return self._after(self._tag(self._parse(self._before(batch))))


def open_stages(
    config: Mapping[str, Any], around: Surroundings | None = None, tags: Mapping[str, str] | None = None
) -> Stages:
    """Return the stages of a configuration. Raises InvalidInput that names each problem."""
    return Stages(read_config(config), around, tags)
