"""No pipeline loads the engine into a process before it was tried out in another one."""

import pytest

from muster.pipeline.grok import EngineMissing, engine
from muster.pipeline.stages import open_stages


@pytest.mark.parametrize("parser", ["raw", "json", "csv", "grok", "logfmt", "nginx", "syslog", "empty"])
def test_every_pipeline_tries_the_engine_first(parser: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise EngineMissing("cannot run on this processor")

    monkeypatch.setattr(engine, "probe", fail)
    options = {
        "csv": {"csv_schema": "a string"},
        "nginx": {"nginx_log_format_regex": "^(?P<a>.*)$"},
    }.get(parser, {})
    with pytest.raises(EngineMissing, match="cannot run on this processor"):
        open_stages({"reader": {"mode": "file", "log_path": "/x"}, "parser": {"type": parser} | options})
