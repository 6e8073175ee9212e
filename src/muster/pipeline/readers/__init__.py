"""Readers: where lines come from."""

from muster.pipeline.readers.file import FileSpec
from muster.pipeline.readers.reader import ReaderSpec

READERS: tuple[type[ReaderSpec], ...] = (FileSpec,)
"""The spec of each reader; `mode` in a configuration names one."""
